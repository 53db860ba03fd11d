-- Takes what a group has not handled yet: entries that a consumer took long ago and never acknowledged, then new ones.
-- KEYS[1] feed. ARGV: key of the shard's state, group, consumer, milliseconds after which an entry is taken over, count.
-- Answers the shard's epoch, 1 if entries were dropped before the group had them (or the group is new), then pairs of
-- an entry's id and what it holds.
local feed, group, consumer, count = KEYS[1], ARGV[2], ARGV[3], ARGV[5]
local function number(id) return tonumber(string.match(id, '^%d+')) end

local delivered
if redis.call('EXISTS', feed) == 1 then
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', feed)) do
    local fields = {}
    for i = 1, #info, 2 do fields[info[i]] = info[i + 1] end
    if fields['name'] == group then delivered = fields['last-delivered-id'] end
  end
end
local dropped = 0
if not delivered then
  redis.call('XGROUP', 'CREATE', feed, group, '0', 'MKSTREAM')
  delivered, dropped = '0-0', 1
end
local first = redis.call('XRANGE', feed, '-', '+', 'COUNT', 1)[1]
if first and number(first[1]) > number(delivered) + 1 then dropped = 1 end

local reply = { redis.call('HGET', ARGV[1], 'epoch') or '', dropped }
local function take(entries)
  for _, entry in ipairs(entries) do
    reply[#reply + 1] = entry[1]
    reply[#reply + 1] = entry[2][2]
  end
end
local overtaken = redis.call('XAUTOCLAIM', feed, group, consumer, ARGV[4], '0', 'COUNT', count)
if #overtaken[3] > 0 then reply[2] = 1 end
take(overtaken[2])
local fresh = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', count, 'STREAMS', feed, '>')
if fresh then take(fresh[1][2]) end
return reply
