-- Publishes changed presences to the nodes, once: of those users alone that the node still holds, in one step with the
-- note of what was told, which stands until it is on record elsewhere.
-- KEYS[1] shard state. ARGV: key prefix, then JSON { n = nodes, c = changes { user, the moment until which it is taken,
-- what is told, the envelope's body, users who must not hear of it, { node's place in n, users there who are told }… } }.
-- A publication has one line a change: user, users there who are told, users who must not hear, body.
-- Answers 1 for each change that was published, 0 for each that was not.
local prefix, batch = ARGV[1], cjson.decode(ARGV[2])
local lines, answer = {}, {}
for i = 1, #batch.n do lines[i] = {} end
for i, change in ipairs(batch.c) do
  local user = change[1]
  local mine = redis.call('ZSCORE', prefix .. 'taken', user)
  answer[i] = mine and tonumber(mine) == tonumber(change[2]) and 1 or 0
  if answer[i] == 1 then
    redis.call('HSET', prefix .. 'told', user, change[3])
    local told = {}
    for _, part in ipairs(change[6]) do told[part[1]] = part[2] end
    for node, those in ipairs(lines) do
      those[#those + 1] = user .. '\t' .. (told[node] or '') .. '\t' .. change[5] .. '\t' .. change[4]
    end
  end
end
for i, node in ipairs(batch.n) do
  if #lines[i] > 0 then
    redis.call('SPUBLISH', prefix .. 'presence:' .. node, table.concat(lines[i], '\n'))
  end
end
return answer
