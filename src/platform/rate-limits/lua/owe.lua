-- Adds to what a subject owes to all nodes together, and answers how much that is then, in milliseconds.
-- KEYS[1] when it has paid back, in milliseconds of Redis' clock; gone by itself by then.
-- ARGV: what is added, negative for what is given back; the most that is believed.
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local owed = math.max(0, (tonumber(redis.call('GET', KEYS[1])) or 0) - now)
-- A clock that was set back must lock nobody out.
owed = math.max(0, math.min(owed, tonumber(ARGV[2])) + tonumber(ARGV[1]))
if owed < 1 then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], string.format('%.3f', now + owed), 'PX', math.ceil(owed))
end
return string.format('%.3f', owed)
