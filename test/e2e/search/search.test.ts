import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { aPair, send, trySend } from '../../support/chat.js';
import { aGroup, aGuest, doInGroup, inGroup } from '../../support/groups.js';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { INDEXED_WITHIN, search, textsFound, trySearch } from '../../support/search.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('search');
  node = await startNode({ DATABASE_URL: database.url });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

/** Resolves when the search finds exactly these texts, newest first. */
const untilFound = (who: TestUser, q: string, texts: readonly string[], filters = {}): Promise<void> =>
  vi.waitFor(async () => expect(await textsFound(node, who, q, filters)).toEqual(texts), INDEXED_WITHIN);

const corpus = [
  '我家在上海东边',
  '上个月我去了北京，没去海边',
  '東京タワーに行きました',
  '昨日カレーライスを食べた',
  '서울에서 만나요',
  'Release v2.3-rc1 is out, see the notes',
  'The release of v2.3 slipped; rc10 comes first',
  'Müller trinkt Kaffee in Zürich',
  'ＦＵＬＬＷＩＤＴＨ text and ｶﾀｶﾅ',
  '今天 deploy 完成了 🎉👍🏽',
  'สวัสดีครับ ยินดีต้อนรับ',
];

describe('a text is found', () => {
  let pair: Awaited<ReturnType<typeof aPair>>;

  beforeAll(async () => {
    pair = await aPair(node);
    for (const text of corpus) await send(node, pair.alice, pair.conversationId, text);
    await untilFound(pair.bob, 'ยินดี', [corpus[10]!]);
  });

  it.each([
    ['a Chinese word within a sentence', '上海', [0]],
    ['one character', '上', [1, 0]],
    ['another one, at the end', '边', [1, 0]],
    ['a Chinese phrase', '我家在上海', [0]],
    ['two words in one', '上海 东边', [0]],
    ['a Japanese word in Chinese characters', '東京', [2]],
    ['Hiragana', 'ました', [2]],
    ['Katakana with a long vowel', 'カレー', [3]],
    ['half-width Katakana by full-width', 'カタカナ', [8]],
    ['a Korean word with a particle behind it', '서울', [4]],
    ['a Thai word', 'ครับ', [10]],
    ['a version number', 'v2.3-rc1', [5]],
    ['a part of it, as a word', 'rc1', [5]],
    ['all words, in any order', 'notes release', [5]],
    ['a word in several texts, newest first', 'RELEASE', [6, 5]],
    ['without its accents', 'zurich muller', [7]],
    ['with accents that the text lacks', 'käffeé', [7]],
    ['full width by ASCII', 'fullwidth', [8]],
    ['a word between Chinese', 'deploy', [9]],
    ['Chinese around a word', '今天deploy', [9]],
    ['an emoji', '🎉', [9]],
    ['an emoji of another shade', '👍', [9]],
    ['a quotation', '"is out, see"', [5]],
  ])('by %s', async (_, q, expected) => {
    expect(await textsFound(node, pair.bob, q)).toEqual(expected.map((i) => corpus[i]));
  });

  it.each([
    ['characters that do not stand together', '上东'],
    ['words of which one is missing', 'release banana'],
    ['a part of a word', 'relea'],
    ['words in another order than the quotation', '"out is"'],
    ['another version', 'v2.3-rc2'],
  ])('not by %s', async (_, q) => {
    expect(await textsFound(node, pair.bob, q)).toEqual([]);
  });

  it('with the message as the history shows it, and a snippet that marks what was found', async () => {
    const { items, nextCursor } = await search(node, pair.bob, '上海');
    const { body } = await call(node, `GET /v1/conversations/${pair.conversationId}/messages/1`, pair.bob);
    expect(items).toEqual([
      { message: body.message, snippet: corpus[0], highlights: [{ start: 3, end: 5 }] },
    ]);
    expect(nextCursor).toBeNull();
  });

  it('without any mark-up of its own or of the text’s', async () => {
    const text = `<script>alert("xss")</script> ${'lorem ipsum '.repeat(40)} needle <b>found</b>`;
    await send(node, pair.alice, pair.conversationId, text);
    await untilFound(pair.bob, 'needle', [text]);
    const { items } = await search(node, pair.bob, 'needle found');
    const [{ snippet, highlights }] = items;
    expect(snippet.length).toBeLessThan(200);
    expect(snippet).toMatch(/^….*needle <b>found<\/b>$/);
    expect(
      highlights.map(({ start, end }: { start: number; end: number }) => snippet.slice(start, end)),
    ).toEqual(['needle', 'found']);
  });
});

describe('the filters', () => {
  it('leave only one sender, one conversation, one time', async () => {
    const { conversationId, people } = await aGroup(node);
    const [ada, bob, cem] = people;
    await send(node, ada, conversationId, 'harvest one');
    const middle = await send(node, bob, conversationId, 'harvest two');
    await send(node, cem, conversationId, 'harvest three');
    const other = await aGroup(node);
    await doInGroup(node, other, other.people[0], 'POST', 'members', { userIds: [ada.id] });
    await send(node, ada, other.conversationId, 'harvest four');
    const all = ['harvest four', 'harvest three', 'harvest two', 'harvest one'];
    await untilFound(ada, 'harvest', all);
    await untilFound(bob, 'harvest', all.slice(1));
    expect(await textsFound(node, ada, 'harvest', { conversationId })).toEqual(all.slice(1));
    expect(await textsFound(node, ada, 'harvest', { senderId: bob.id })).toEqual(['harvest two']);
    expect(await textsFound(node, ada, 'harvest', { senderId: 'nobody' })).toEqual([]);
    const at = middle.createdAt;
    expect(await textsFound(node, bob, 'harvest', { before: at })).not.toContain('harvest two');
    expect(await textsFound(node, bob, 'harvest', { after: at })).not.toContain('harvest two');
    const later = new Date(Date.parse(at) + 1).toISOString();
    const earlier = new Date(Date.parse(at) - 1).toISOString();
    expect(await textsFound(node, bob, 'harvest', { before: later, after: earlier })).toContain(
      'harvest two',
    );
    expect(await textsFound(node, bob, 'harvest', { after: '2100-01-01T00:00:00.000Z' })).toEqual([]);
    expect(await textsFound(node, bob, 'harvest', { before: '1969-01-01T00:00:00.000Z' })).toEqual([]);
  });

  it('and pages bring every hit once, by time and by relevance', async () => {
    const { alice, bob, conversationId } = await aPair(node);
    for (let i = 1; i <= 23; i += 1)
      await send(node, i % 2 ? alice : bob, conversationId, `${'orchard '.repeat(i % 3 || 1)}${i}`);
    await expect.poll(async () => (await textsFound(node, bob, 'orchard')).length, INDEXED_WITHIN).toBe(23);
    const inOnePage = await textsFound(node, bob, 'orchard');
    expect(await textsFound(node, bob, 'orchard', { limit: 5 })).toEqual(inOnePage);
    const ranked = await textsFound(node, bob, 'orchard', { sort: 'relevance' });
    expect(ranked.toSorted()).toEqual(inOnePage.toSorted());
    expect(ranked[0]).toBe('orchard orchard 23');
    expect(await textsFound(node, bob, 'orchard', { sort: 'relevance', limit: 5 })).toEqual(ranked);
  });
});

describe('nobody finds what they may not read', () => {
  it('strangers, and former members; members again find it again', async () => {
    const group = await aGroup(node);
    const [owner, member] = group.people;
    const stranger = await registerUser(node);
    await send(node, owner, group.conversationId, 'quicksilver plans');
    await untilFound(member, 'quicksilver', ['quicksilver plans']);
    expect(await textsFound(node, stranger, 'quicksilver')).toEqual([]);
    await doInGroup(node, group, owner, 'DELETE', `members/${member.id}`);
    expect(await textsFound(node, member, 'quicksilver')).toEqual([]);
    const { conversationId } = group;
    for (const who of [stranger, member]) {
      const { status, body } = await trySearch(node, who, { q: 'quicksilver', conversationId });
      expect([status, body.code]).toEqual([404, 'conversation.not_found']);
    }
    await doInGroup(node, group, owner, 'POST', 'members', { userIds: [member.id] });
    expect(await textsFound(node, member, 'quicksilver')).toEqual(['quicksilver plans']);
  });

  it('those who see the history from their joining on find nothing from before it', async () => {
    const group = await aGroup(node, { historyVisibility: 'joined' });
    const [owner] = group.people;
    const late = await registerUser(node);
    await send(node, owner, group.conversationId, 'amber before');
    await doInGroup(node, group, owner, 'POST', 'members', { userIds: [late.id] });
    await send(node, owner, group.conversationId, 'amber after');
    await untilFound(owner, 'amber', ['amber after', 'amber before']);
    await untilFound(late, 'amber', ['amber after']);
    const page = await search(node, late, 'amber', { limit: 1 });
    expect(page.nextCursor).toBeNull();
  });

  it('a channel that one has not joined, a conversation that was deleted, a guest elsewhere', async () => {
    const channel = await aGroup(node, { type: 'channel', name: 'Open' });
    const [owner] = channel.people;
    const [reader, guest] = [await registerUser(node), await aGuest(node)];
    await send(node, owner, channel.conversationId, 'cobalt in the open');
    await untilFound(owner, 'cobalt', ['cobalt in the open']);
    for (const who of [reader, guest]) expect(await textsFound(node, who, 'cobalt')).toEqual([]);
    const of = { q: 'cobalt', conversationId: channel.conversationId };
    expect((await trySearch(node, reader, of)).body.code).toBe('conversation.not_member');
    expect((await trySearch(node, guest, of)).body.code).toBe('conversation.not_found');
    expect((await inGroup(node, channel, owner, 'DELETE')).status).toBe(204);
    expect(await textsFound(node, owner, 'cobalt')).toEqual([]);
  });
});

describe('what was changed', () => {
  it('is found as it is now; what was deleted is not found at all', async () => {
    const { alice, bob, conversationId } = await aPair(node);
    await send(node, alice, conversationId, 'walrus in the garden');
    await send(node, alice, conversationId, 'walrus in the kitchen');
    await untilFound(bob, 'walrus', ['walrus in the kitchen', 'walrus in the garden']);
    const group = { conversationId };
    await doInGroup(node, group, alice, 'PATCH', 'messages/1', { text: 'penguin in the garden' });
    await doInGroup(node, group, alice, 'DELETE', 'messages/2');
    expect(await textsFound(node, bob, 'walrus')).toEqual([]);
    await untilFound(bob, 'penguin', ['penguin in the garden']);
    const [hit] = (await search(node, bob, 'garden')).items;
    expect(hit.snippet).toBe('penguin in the garden');
  });

  it('leaves nothing of a deleted message in the index', async () => {
    const { alice, conversationId } = await aPair(node);
    await send(node, alice, conversationId, 'zirconium');
    await untilFound(alice, 'zirconium', ['zirconium']);
    const { positions, terms } = await indexOf(conversationId);
    expect(positions).not.toMatch(/^0000$/);
    expect(terms).toBe(0);
    await doInGroup(node, { conversationId }, alice, 'DELETE', 'messages/1');
    await expect.poll(async () => (await indexOf(conversationId)).positions, INDEXED_WITHIN).toBe('0000');
  });
});

/** The terms of the open segment, in hexadecimal (of one tombstone: none), and how many rows the others have. */
async function indexOf(conversationId: string): Promise<{ positions: string; terms: number }> {
  const dataSource = node.app.get<DataSource>(getDataSourceToken());
  const [position]: { terms: Buffer }[] = await dataSource.query(
    'SELECT terms FROM search_positions WHERE conversationId = ?',
    [conversationId],
  );
  const rows: unknown[] = await dataSource.query('SELECT term FROM search_terms WHERE conversationId = ?', [
    conversationId,
  ]);
  return { positions: position?.terms.toString('hex') ?? '', terms: rows.length };
}

describe('bad input is refused', () => {
  it.each([
    ['no query', {}],
    ['an empty one', { q: '' }],
    ['blanks', { q: '   ' }],
    ['punctuation', { q: '?!… --- "" ()' }],
    ['ten thousand words', { q: 'word '.repeat(2_000) }],
    ['NUL', { q: 'a\u0000b' }],
    ['a time that is none', { q: 'x', before: 'yesterday' }],
    ['a day that does not exist', { q: 'x', after: '2026-02-31T00:00:00.000Z' }],
    ['a number for a time', { q: 'x', after: '1' }],
    ['a limit over 200', { q: 'x', limit: 201 }],
    ['no limit at all', { q: 'x', limit: 0 }],
    ['a cursor that is none', { q: 'x', cursor: 'nonsense' }],
    ['a cursor of another list', { q: 'x', cursor: Buffer.from('123').toString('base64url') }],
    ['an unknown order', { q: 'x', sort: 'size' }],
  ])('%s', async (_, query) => {
    const { alice } = await aPair(node);
    const { status, body } = await trySearch(node, alice, query);
    expect([status, body.code]).toEqual([400, 'request.invalid']);
  });

  it('a cursor of the other order', async () => {
    const { alice, conversationId } = await aPair(node);
    for (const i of [1, 2, 3]) await trySend(node, alice, conversationId, { text: `tundra ${i}` });
    await untilFound(alice, 'tundra', ['tundra 3', 'tundra 2', 'tundra 1']);
    const { nextCursor } = await search(node, alice, 'tundra', { limit: 1 });
    const reply = await trySearch(node, alice, { q: 'tundra', sort: 'relevance', cursor: nextCursor });
    expect(reply.status).toBe(400);
  });
});
