-- Publishes a notice to the nodes that hold connections of some users of a shard. Nothing is stored, and no wake-up is
-- counted: nodes that do not know notices do not listen to their channel.
-- KEYS[1] shard state. ARGV: key prefix, the notice, then the users.
-- A publication is the node's users, comma-separated, then a line break, then the notice.
local prefix, notice = ARGV[1], ARGV[2]
local byNode, seen = {}, {}
for i = 3, #ARGV do
  local user = ARGV[i]
  local fields = seen[user] and {} or redis.call('HGETALL', prefix .. 'user:' .. user)
  seen[user] = true
  local told = {}
  for k = 1, #fields, 2 do
    local node = fields[k + 1]
    if string.sub(fields[k], 1, 2) == 'c:' and not told[node] then
      told[node] = true
      local users = byNode[node]
      if users then users[#users + 1] = user else byNode[node] = { user } end
    end
  end
end
for node, users in pairs(byNode) do
  redis.call('SPUBLISH', prefix .. 'show:' .. node, table.concat(users, ',') .. '\n' .. notice)
end
return 0
