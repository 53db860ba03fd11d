-- Gives back users whose presence was looked at, and is on record. Who was told of just now rests.
-- KEYS[1] shard state. ARGV: key prefix, milliseconds of rest, then of each: user, the moment until which it was taken,
-- milliseconds until the next look or -1, 1 where it was told of.
local prefix = ARGV[1]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
for i = 3, #ARGV, 4 do
  local user, nextLook = ARGV[i], tonumber(ARGV[i + 2])
  if tonumber(redis.call('ZSCORE', prefix .. 'taken', user) or '0') == tonumber(ARGV[i + 1]) then
    redis.call('ZREM', prefix .. 'taken', user)
    redis.call('HDEL', prefix .. 'told', user)
    if ARGV[i + 3] == '1' then redis.call('ZADD', prefix .. 'rest', now + tonumber(ARGV[2]), user) end
    if nextLook >= 0 then redis.call('ZADD', prefix .. 'due', 'LT', now + nextLook, user) end
  end
end
return 0
