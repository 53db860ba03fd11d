-- Renews a node's lease if it still stands, or begins it, and names the nodes whose lease has ended.
-- KEYS[1] sorted set of nodes by the end of their lease. ARGV: node, milliseconds of the lease, 1 to begin it.
-- Answers { 1 if the node's own lease had not ended, else 0, then the nodes whose lease has ended }.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local ends = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '0')
local stood = ends > now
-- A lease that has ended is not renewed: others may be closing what the node held under this name.
if stood or ARGV[3] == '1' then
  redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
else
  -- Also where Redis has forgotten the name: what may be registered under it must be swept.
  redis.call('ZADD', KEYS[1], 'NX', now, ARGV[1])
end
local answer = { stood and 1 or 0 }
for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)) do answer[#answer + 1] = node end
return answer
