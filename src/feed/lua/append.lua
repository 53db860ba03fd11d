-- Appends entries to a shard's feed.
-- KEYS[1] feed. ARGV: how many entries the feed keeps at least, then the entries.
-- Entries are numbered 1, 2, 3 … without holes, so that followers see when some were dropped before they came to them.
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local n = last and tonumber(string.match(last[1], '^%d+')) or 0
for i = 2, #ARGV do
  n = n + 1
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], string.format('%.0f-0', n), 'c', ARGV[i])
end
return n
