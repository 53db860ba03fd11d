-- Notes whether somebody is at a device, and has the user's presence looked at.
-- KEYS[1] shard state. ARGV: key prefix, user, session, connection or '', 1 if nobody is there.
-- Without a connection the session speaks for all of its own; one that has none speaks for all of the user's.
local prefix, user, session, own, idle = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local key = prefix .. 'user:' .. user
local all, ofSession = {}, {}
for _, field in ipairs(redis.call('HKEYS', key)) do
  local connection = string.match(field, '^c:(.*)$')
  if connection then
    all[#all + 1] = connection
    if string.match(connection, '^[^.]+%.([^.]+)%.') == session then ofSession[#ofSession + 1] = connection end
  end
end
if own ~= '' then
  if redis.call('HEXISTS', key, 'c:' .. own) == 1 then redis.call('HSET', key, 'i:' .. own, idle) end
elseif #ofSession > 0 then
  -- What single connections said before does not count any more; those that come later go by the session's word.
  for _, connection in ipairs(ofSession) do redis.call('HDEL', key, 'i:' .. connection) end
  redis.call('HSET', key, 'i:' .. session, idle)
else
  for _, connection in ipairs(all) do redis.call('HSET', key, 'i:' .. connection, idle) end
end
local time = redis.call('TIME')
redis.call('ZADD', prefix .. 'due', 'LT', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000), user)
return 0
