-- Reads a page of a mailbox after a position.
-- KEYS[1] shard state. ARGV: key prefix, epoch, user, milliseconds and counter of the position, page size.
-- Answers { 'ok', tail, cast, entries }, { 'gap', tail, cast, 'old' or 'future' } where the mailbox does not reach back to
-- the position or never gave it out, or { 'epoch' }. Casts up to that number will not come into the mailbox after the tail.
local prefix, user = ARGV[1], ARGV[3]
local state = redis.call('HMGET', KEYS[1], 'epoch', 'ms', 'n', 'from', 'cast', 'castAt')
if state[1] ~= ARGV[2] then return { 'epoch' } end
local tail = state[2] .. '-' .. state[3]
local ms, n = tonumber(ARGV[4]), tonumber(ARGV[5])

local function before(otherMs, otherN) return ms < otherMs or (ms == otherMs and n < otherN) end
local function parts(cursor)
  local a, b = string.match(cursor, '^(%d+)-(%d+)$')
  return tonumber(a), tonumber(b)
end

local tailMs, tailN = tonumber(state[2]), tonumber(state[3])
local head = redis.call('HMGET', prefix .. 'user:' .. user, 'floor', 'cast')
local floor, cast, castAt = head[1], tonumber(state[5] or '0'), state[6] or '+'
-- The one under way still comes to whoever it has not reached, unless the mailbox was opened since it began.
if castAt ~= '+' and user > castAt and tonumber(head[2] or '0') < cast then cast = cast - 1 end

if ms > tailMs or (ms == tailMs and n > tailN) then return { 'gap', tail, cast, 'future' } end
if not floor or before(tonumber(state[4]), 0) or before(parts(floor)) then return { 'gap', tail, cast, 'old' } end

local box = prefix .. 'box:' .. user
if redis.call('EXISTS', box) == 0 then return { 'ok', tail, cast, {} } end
local info = redis.call('XINFO', 'STREAM', box)
local length, added, first
for i = 1, #info, 2 do
  if info[i] == 'length' then length = info[i + 1] end
  if info[i] == 'entries-added' then added = info[i + 1] end
  if info[i] == 'first-entry' then first = info[i + 1] end
end
if added > length and (not first or before(parts(first[1]))) then return { 'gap', tail, cast, 'old' } end
local page = redis.call('XRANGE', box, '(' .. ARGV[4] .. '-' .. ARGV[5], '+', 'COUNT', ARGV[6])
local entries = {}
for _, entry in ipairs(page) do
  entries[#entries + 1] = entry[1]
  entries[#entries + 1] = entry[2][2]
end
return { 'ok', tail, cast, entries }
