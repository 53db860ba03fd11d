-- Notes up to where a user's devices have acknowledged, while there is a mailbox: in one step, or a Redis that is emptied in
-- between would hold a head with nothing else in it.
-- KEYS[1] the mailbox's head. ARGV: position.
if redis.call('HEXISTS', KEYS[1], 'floor') == 1 then redis.call('HSET', KEYS[1], 'acked', ARGV[1]) end
return 0
