-- Takes users whose presence is due to be looked at, for one node at a time: until they are settled, or for as long as
-- the node may take, nobody else gets them. Whoever was told of just now rests a little, and counts as not due yet.
-- KEYS[1] shard state. ARGV: key prefix, users at most, milliseconds that the node may take.
-- Answers { time, then of each user { user, the moment until which it is taken, what was told without being on record
-- or '', the user's fields } }.
local prefix = ARGV[1]
local due, taken, rest = prefix .. 'due', prefix .. 'taken', prefix .. 'rest'
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', rest, '-inf', now)
-- Those that took them have died.
for _, user in ipairs(redis.call('ZRANGEBYSCORE', taken, '-inf', now, 'LIMIT', 0, ARGV[2])) do
  redis.call('ZREM', taken, user)
  redis.call('ZADD', due, 'LT', now, user)
end
local answer = { string.format('%.0f', now) }
for _, user in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, ARGV[2])) do
  local resting = redis.call('ZSCORE', rest, user)
  if redis.call('ZSCORE', taken, user) then
    redis.call('ZADD', due, now + 1000, user)
  elseif resting then
    redis.call('ZADD', due, resting, user)
  else
    local key = prefix .. 'user:' .. user
    local fields = redis.call('HGETALL', key)
    local connected, stays, idle = false, 0, {}
    for i = 1, #fields, 2 do
      local kind = string.sub(fields[i], 1, 2)
      if kind == 'c:' then connected = true end
      if kind == 'i:' then idle[#idle + 1] = fields[i] end
      if fields[i] == 'stays' then stays = tonumber(fields[i + 1]) end
    end
    if not connected and stays > now then
      redis.call('ZADD', due, stays, user)
    else
      -- Whoever comes back after that is at their device.
      if not connected and #idle > 0 then redis.call('HDEL', key, unpack(idle)) end
      local upTo = now + tonumber(ARGV[3])
      redis.call('ZREM', due, user)
      redis.call('ZADD', taken, upTo, user)
      local told = redis.call('HGET', prefix .. 'told', user) or ''
      answer[#answer + 1] = { user, string.format('%.0f', upTo), told, fields }
    end
  end
end
return answer
