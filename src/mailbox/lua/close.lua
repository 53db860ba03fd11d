-- Unregisters connections of a node. A mailbox that nobody follows any more lives on for a while; its entries a little
-- longer than its head, so that a head without its entries can't be.
-- Whoever is left without any counts as there during the grace; after it each user's presence is due to be looked at.
-- KEYS[1] shard state. ARGV: key prefix, node, milliseconds to keep the mailbox, milliseconds of grace, then pairs of
-- user and connection, or nothing: then up to 200 of the node's connections, whichever they are.
-- Answers { connections left of the node, then the users that are left without any connection }.
local prefix, node = ARGV[1], ARGV[2]
local set = prefix .. 'conns:' .. node
local pairsToClose = {}
if #ARGV > 4 then
  for i = 5, #ARGV, 2 do pairsToClose[#pairsToClose + 1] = ARGV[i] .. ' ' .. ARGV[i + 1] end
else
  pairsToClose = redis.call('SRANDMEMBER', set, 200)
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local stays = now + tonumber(ARGV[4])
local answer = { 0 }
for _, pair in ipairs(pairsToClose) do
  local user, connection = string.match(pair, '^(%S+) (%S+)$')
  local key, box = prefix .. 'user:' .. user, prefix .. 'box:' .. user
  redis.call('SREM', set, pair)
  if redis.call('HGET', key, 'c:' .. connection) == node then
    redis.call('HDEL', key, 'c:' .. connection, 'i:' .. connection)
    local followed = false
    for _, field in ipairs(redis.call('HKEYS', key)) do
      if string.sub(field, 1, 2) == 'c:' then followed = true end
    end
    if not followed then
      redis.call('HSET', key, 'left', now, 'stays', stays)
      redis.call('PEXPIRE', key, ARGV[3])
      redis.call('PEXPIRE', box, tonumber(ARGV[3]) + 60000)
      answer[#answer + 1] = user
    end
    redis.call('ZADD', prefix .. 'due', 'LT', stays, user)
  end
end
answer[1] = redis.call('SCARD', set)
-- A node that lives goes on counting its wake-ups: a count that began anew would hide those that are lost. One whose
-- connections are swept begins anew each time, so that it finds out if it lives.
if #ARGV == 4 then
  redis.call('HDEL', prefix .. 'wakes', node)
  if answer[1] == 0 then redis.call('SREM', prefix .. 'holders', node) end
end
return answer
