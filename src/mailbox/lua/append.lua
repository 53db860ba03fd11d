-- Appends a batch of events to the mailboxes of a shard and wakes the nodes that follow them, in one step, so that
-- the order in the mailboxes and the order of wake-ups can't differ.
-- KEYS[1] shard state. ARGV: key prefix, epoch, time of the newest commit in milliseconds, the latest position (in
-- milliseconds) that the batch may still get, mailbox length, seconds to remember a conversation's rev, header (JSON), then the envelope bodies.
-- Header: a = audiences (lists of user ids), c = conversations { id, first rev, last rev, settled rev or -1,
-- events { rev, reference, audience, body or 0 } }; a conversation with first rev 0 is not numbered; before = the time by
-- this server's clock after which nothing must be done any more: this may have waited for long, and its recipients have left.
-- Each conversation is appended whole or refused: what is not newer than the last rev is skipped, a hole is refused.
-- Entries go neither to replicas nor to the append-only file: a restart or a failover begins an epoch, and nothing of
-- the one before is read again.
-- Answers { 'ok', time, refused conversation ids }, { 'stale', time }, { 'epoch' } or { 'late' }.
local prefix, epoch = ARGV[1], ARGV[2]
local state = redis.call('HMGET', KEYS[1], 'epoch', 'ms', 'n')
if state[1] ~= epoch then return { 'epoch' } end
local committed = tonumber(ARGV[3])
local ms, n = tonumber(state[2]), tonumber(state[3])
if math.max(ms, committed) > tonumber(ARGV[4]) then return { 'late' } end
if committed > ms then ms, n = committed, -1 end
local header = cjson.decode(ARGV[7])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if header.before and now > header.before then return { 'stale', now } end

local followers = {} -- user id -> list of nodes, or false without a mailbox
local function followersOf(user)
  local known = followers[user]
  if known ~= nil then return known end
  local fields = redis.call('HGETALL', prefix .. 'user:' .. user)
  local nodes = false
  if #fields > 0 then
    nodes = {}
    local seen = {}
    for i = 1, #fields, 2 do
      local node = fields[i + 1]
      if string.sub(fields[i], 1, 2) == 'c:' and not seen[node] then
        seen[node] = true
        nodes[#nodes + 1] = node
      end
    end
  end
  followers[user] = nodes
  return nodes
end

-- The first entry makes the stream, also after the last connection has closed: it must not outlive its head for ever.
local ending = {}
local function endWithHead(user)
  if ending[user] then return end
  ending[user] = true
  redis.call('PEXPIRE', prefix .. 'box:' .. user, redis.call('PTTL', prefix .. 'user:' .. user) + 60000, 'NX')
end

-- Of an audience: the mailboxes, those that nobody follows, and for each node whom of its users a wake-up is for.
local audiences = {}
local function audienceOf(index)
  local known = audiences[index]
  if known then return known end
  local audience = { boxes = {}, forsaken = {}, wakes = {} }
  local byNode = {}
  for _, user in ipairs(header.a[index]) do
    local nodes = followersOf(user)
    if nodes then
      audience.boxes[#audience.boxes + 1] = prefix .. 'box:' .. user
      if #nodes == 0 then audience.forsaken[#audience.forsaken + 1] = user end
      for _, node in ipairs(nodes) do
        local users = byNode[node]
        if users then users[#users + 1] = user else byNode[node] = { user } end
      end
    end
  end
  for node, users in pairs(byNode) do
    audience.wakes[#audience.wakes + 1] = { node, '\t' .. table.concat(users, ',') .. '\t' }
  end
  audiences[index] = audience
  return audience
end

local wakeups, order = {}, {}
local function append(event)
  n = n + 1
  local cursor = string.format('%.0f-%d', ms, n)
  local reference, audience = event[2], audienceOf(event[3])
  redis.set_repl(redis.REPL_NONE)
  for _, box in ipairs(audience.boxes) do
    redis.call('XADD', box, 'MAXLEN', '~', ARGV[5], cursor, 'r', reference)
  end
  redis.set_repl(redis.REPL_ALL)
  for _, user in ipairs(audience.forsaken) do endWithHead(user) end
  local body = event[4] > 0 and ARGV[7 + event[4]] or ''
  for _, wake in ipairs(audience.wakes) do
    local lines = wakeups[wake[1]]
    if not lines then
      lines = {}
      wakeups[wake[1]] = lines
      order[#order + 1] = wake[1]
    end
    local k = #lines
    lines[k + 1], lines[k + 2], lines[k + 3], lines[k + 4], lines[k + 5], lines[k + 6] = '\n', cursor, '\t', reference, wake[2], body
  end
end

local refused = {}
for _, conversation in ipairs(header.c) do
  local first, last, settled = conversation[2], conversation[3], conversation[4]
  if first == 0 then
    for _, event in ipairs(conversation[5]) do append(event) end
  else
    local key = prefix .. 'rev:' .. conversation[1]
    local known = math.max(tonumber(redis.call('GET', key) or '-1'), settled)
    if known < 0 or first > known + 1 then
      refused[#refused + 1] = conversation[1]
    elseif last > known then
      for _, event in ipairs(conversation[5]) do
        if event[1] > known then append(event) end
      end
      redis.call('SET', key, string.format('%.0f', last), 'EX', ARGV[6])
    end
  end
end

redis.call('HSET', KEYS[1], 'ms', string.format('%.0f', ms), 'n', math.max(n, 0))
for _, node in ipairs(order) do
  local number = redis.call('HINCRBY', prefix .. 'wakes', node, 1)
  redis.call('SPUBLISH', prefix .. 'node:' .. node, number .. table.concat(wakeups[node]))
end
return { 'ok', now, refused }
