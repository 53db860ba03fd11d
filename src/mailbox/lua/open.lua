-- Registers a connection of a user and opens the mailbox if there is none; without a connection, only opens it.
-- The user's presence is due to be looked at: at once, or after the grace where they count as there already and a client
-- that comes back may yet say that nobody is at it.
-- KEYS[1] shard state. ARGV: key prefix, epoch, user, connection or '', node, connections allowed, milliseconds to
-- keep a mailbox that nobody follows, milliseconds of grace, 1 where nobody is at the connection's device, 1 where the
-- connection was open before and Redis has lost it.
-- Each name under which connections are registered is in one set, so that they can be swept also where it has no lease.
-- All open mailboxes of the shard are in one set, for casts; whoever opens one looks whether two others of it still exist.
-- Answers { 'ok', tail }, { 'epoch' } or { 'full' }.
local prefix, user, connection, node = ARGV[1], ARGV[3], ARGV[4], ARGV[5]
local state = redis.call('HMGET', KEYS[1], 'epoch', 'ms', 'n', 'cast')
if state[1] ~= ARGV[2] then return { 'epoch' } end
local tail = state[2] .. '-' .. state[3]
local key, box = prefix .. 'user:' .. user, prefix .. 'box:' .. user
local fields = redis.call('HKEYS', key)
local connections = 0
for _, field in ipairs(fields) do
  if string.sub(field, 1, 2) == 'c:' and field ~= 'c:' .. connection then connections = connections + 1 end
end
if connection ~= '' and connections >= tonumber(ARGV[6]) then return { 'full' } end
-- A head without a floor is none: something was noted of the user while Redis lost the rest.
if redis.call('HEXISTS', key, 'floor') == 0 then
  redis.call('DEL', box)
  redis.call('HSET', key, 'floor', tail, 'cast', state[4] or '0')
  for _, other in ipairs(redis.call('ZRANDMEMBER', prefix .. 'boxes', 2)) do
    if redis.call('EXISTS', prefix .. 'user:' .. other) == 0 then redis.call('ZREM', prefix .. 'boxes', other) end
  end
end
redis.call('ZADD', prefix .. 'boxes', 0, user)
if connection ~= '' then
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local stays = tonumber(redis.call('HGET', key, 'stays') or '0')
  local isThere = connections > 0 or stays > now or ARGV[10] == '1'
  redis.call('HSET', key, 'c:' .. connection, node)
  if ARGV[9] == '1' then redis.call('HSET', key, 'i:' .. connection, '1') end
  redis.call('HDEL', key, 'left', 'stays')
  redis.call('SADD', prefix .. 'conns:' .. node, user .. ' ' .. connection)
  redis.call('SADD', prefix .. 'holders', node)
  redis.call('ZADD', prefix .. 'due', 'LT', isThere and now + tonumber(ARGV[8]) or now, user)
  redis.call('PERSIST', key)
  redis.call('PERSIST', box)
elseif connections == 0 then
  redis.call('PEXPIRE', key, ARGV[7])
  redis.call('PEXPIRE', box, tonumber(ARGV[7]) + 60000)
end
return { 'ok', tail }
