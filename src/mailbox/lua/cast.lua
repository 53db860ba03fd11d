-- Appends a reference to a chunk of a shard's mailboxes and wakes the nodes that follow them, in one step: all of them
-- get one position. A chunk that was taken already changes nothing, whoever took it.
-- KEYS[1] shard state. ARGV: key prefix, epoch, number of the cast, time of its commit in milliseconds, mailbox length,
-- number of the cast that its receivers must have got before (its own: none), 1 for connected users alone, reference,
-- the mailbox after which the chunk begins, the one up to which it goes ('+': all that are left), 1 to end the cast
-- without these, lists of users (JSON), then one envelope body a list.
-- As in append.lua, entries are neither replicated nor written to disk.
-- A mailbox that was opened since the cast began is left out: its owner reads MySQL for it.
-- Answers { 'ok' }, { 'moved' } where the shard is not at that chunk any more, or { 'epoch' }.
local prefix, number = ARGV[1], tonumber(ARGV[3])
local state = redis.call('HMGET', KEYS[1], 'epoch', 'ms', 'n', 'cast', 'castAt')
if state[1] ~= ARGV[2] then return { 'epoch' } end
if tonumber(state[4] or '0') ~= number or state[5] ~= ARGV[9] then return { 'moved' } end
local committed = tonumber(ARGV[4])
local ms, n = tonumber(state[2]), tonumber(state[3])
if committed > ms then ms, n = committed, -1 end
n = n + 1
local cursor = string.format('%.0f-%d', ms, n)

-- Whoever was not reached by the earlier cast before that was ended has nothing to be told, but for those who came later.
local before = tonumber(ARGV[6])
local stopped = before < number and redis.call('GET', prefix .. 'stopped:' .. ARGV[6])

local function headOf(user)
  local fields = redis.call('HGETALL', prefix .. 'user:' .. user)
  local opened, nodes, seen = 0, {}, {}
  for i = 1, #fields, 2 do
    local node = fields[i + 1]
    if fields[i] == 'cast' then
      opened = tonumber(node)
    elseif string.sub(fields[i], 1, 2) == 'c:' and not seen[node] then
      seen[node] = true
      nodes[#nodes + 1] = node
    end
  end
  return #fields > 0, opened, nodes
end

local lines, order, count = {}, {}, 0
for i, users in ipairs(cjson.decode(ARGV[12])) do
  local byNode = {}
  for _, user in ipairs(users) do
    local exists, opened, nodes = headOf(user)
    local had = not stopped or user <= stopped or opened >= before
    if not exists then
      redis.call('ZREM', prefix .. 'boxes', user)
    elseif opened < number and had and (#nodes > 0 or ARGV[7] ~= '1') then
      count = count + 1
      redis.set_repl(redis.REPL_NONE)
      redis.call('XADD', prefix .. 'box:' .. user, 'MAXLEN', '~', ARGV[5], cursor, 'r', ARGV[8])
      redis.set_repl(redis.REPL_ALL)
      -- The first entry makes the stream, also after the last connection has closed: it must end with its head.
      if #nodes == 0 then
        redis.call('PEXPIRE', prefix .. 'box:' .. user, redis.call('PTTL', prefix .. 'user:' .. user) + 60000, 'NX')
      end
      for _, node in ipairs(nodes) do
        local told = byNode[node]
        if told then told[#told + 1] = user else byNode[node] = { user } end
      end
    end
  end
  for node, told in pairs(byNode) do
    if not lines[node] then
      lines[node] = {}
      order[#order + 1] = node
    end
    table.insert(lines[node], cursor .. '\t' .. ARGV[8] .. '\t' .. table.concat(told, ',') .. '\t' .. ARGV[12 + i])
  end
end

if ARGV[11] == '1' then redis.call('SET', prefix .. 'stopped:' .. ARGV[3], state[5], 'EX', 86400) end
redis.call('HSET', KEYS[1], 'castAt', ARGV[10])
redis.call('HINCRBY', KEYS[1], 'castCount', count)
if count > 0 then redis.call('HSET', KEYS[1], 'ms', string.format('%.0f', ms), 'n', n) end
for _, node in ipairs(order) do
  local wake = redis.call('HINCRBY', prefix .. 'wakes', node, 1)
  redis.call('SPUBLISH', prefix .. 'node:' .. node, wake .. '\n' .. table.concat(lines[node], '\n'))
end
return { 'ok' }
