-- Begins an epoch of a shard, unless the running server's one stands.
-- KEYS[1] shard state. ARGV: run id of the server, the word that was announced, MySQL's time in milliseconds, number of the
-- last cast. Both were asked after the announcement: where that has gone, positions may have been given out since.
-- Answers the epoch, or '' where the announcement has gone.
-- An epoch belongs to one run of one server: a restart or a failover may have lost the last writes, and nothing in the
-- data would show it. Positions of an epoch begin above all that were given out before. Casts of before count as done:
-- whoever opens a mailbox now reads them from MySQL.
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch and string.sub(epoch, 1, #ARGV[1] + 1) == ARGV[1] .. ':' then
  if redis.call('HSETNX', KEYS[1], 'cast', ARGV[4]) == 1 then redis.call('HSET', KEYS[1], 'castAt', '+') end
  return epoch
end
if redis.call('HGET', KEYS[1], 'next') ~= ARGV[2] then return '' end
redis.call('HDEL', KEYS[1], 'next')
local cast = math.max(tonumber(redis.call('HGET', KEYS[1], 'cast') or '0'), tonumber(ARGV[4]))
local ms = tonumber(redis.call('HGET', KEYS[1], 'ms') or '0')
local start = math.max(ms, tonumber(ARGV[3])) + 1
epoch = ARGV[1] .. ':' .. ARGV[2]
redis.call('HSET', KEYS[1], 'epoch', epoch, 'ms', string.format('%.0f', start), 'n', '0', 'from', string.format('%.0f', start))
redis.call('HSET', KEYS[1], 'cast', string.format('%.0f', cast), 'castAt', '+', 'castCount', '0')
return epoch
