-- Begins a cast in a shard, or goes on with it: names the next mailboxes that are open there.
-- KEYS[1] shard state. ARGV: key prefix, epoch, number of the cast, mailboxes at a time.
-- A shard has one cast under way, and remembers up to which mailbox it has come ('+': to the end).
-- Answers { 'next', the mailbox after which these are, 1 if there are no more, users … }, { 'done', tail, mailboxes that
-- were reached } or { 'epoch' }.
local prefix, number = ARGV[1], tonumber(ARGV[3])
local state = redis.call('HMGET', KEYS[1], 'epoch', 'ms', 'n', 'cast', 'castAt', 'castCount')
if state[1] ~= ARGV[2] then return { 'epoch' } end
local cast, at = tonumber(state[4] or '0'), state[5] or '+'
if cast < number then
  cast, at = number, ''
  redis.call('HSET', KEYS[1], 'cast', ARGV[3], 'castAt', '', 'castCount', '0')
end
if cast > number or at == '+' then return { 'done', state[2] .. '-' .. state[3], tonumber(state[6] or '0') } end
local after = at == '' and '-' or '(' .. at
local users = redis.call('ZRANGEBYLEX', prefix .. 'boxes', after, '+', 'LIMIT', 0, ARGV[4])
local answer = { 'next', at, #users < tonumber(ARGV[4]) and 1 or 0 }
for _, user in ipairs(users) do answer[#answer + 1] = user end
return answer
