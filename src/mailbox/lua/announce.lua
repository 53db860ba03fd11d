-- Announces that an epoch of a shard is to begin, unless the running server's one stands.
-- KEYS[1] shard state. ARGV: run id of the server, a random word.
-- Answers the word of the epoch that was announced, now or by somebody before.
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch and string.sub(epoch, 1, #ARGV[1] + 1) == ARGV[1] .. ':' then return string.sub(epoch, #ARGV[1] + 2) end
redis.call('HSETNX', KEYS[1], 'next', ARGV[2])
return redis.call('HGET', KEYS[1], 'next')
