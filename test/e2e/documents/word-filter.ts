import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { expect, it } from 'vitest';
import { call } from '../../support/rest.js';
import { type World, answers } from './world.js';

/** All that the operations of the word filter answer, and what others answer to what it refuses. */
export function wordFilter(world: World): void {
  it('of the word filter', async () => {
    const words = { words: ['zounds'], action: 'refuse' };
    const key = { 'idempotency-key': 'words' };
    const added = await world.asAdmin('POST /v1/filter-words', words, key);
    expect([added.status, added.body.items[0].word]).toEqual([201, 'zounds']);
    const group = await world.asAda('POST /v1/conversations', {
      type: 'group',
      name: 'Clean',
      memberIds: [],
    });
    const path = `/v1/conversations/${group.body.conversation.id}` as const;
    const { body: sent } = await world.asAda(`POST ${path}/messages`, { text: 'Clean' });
    const later = await world.asAda('POST /v1/scheduled-messages', {
      conversationId: group.body.conversation.id,
      sendAt: new Date(Date.now() + 3_600_000).toISOString(),
      message: { text: 'Clean' },
    });
    const dataSource = world.node.app.get<DataSource>(getDataSourceToken());
    await dataSource.query(
      `INSERT INTO filter_words (id, word, folded, action, createdBy, createdAt) VALUES ?`,
      [
        Array.from({ length: 9_999 }, (_, i) => [
          i + 1,
          '-',
          Buffer.from(String(i).padStart(32)),
          'mask',
          1,
          new Date(),
        ]),
      ],
    );
    const text = 'Zounds!';
    const guest = await call(world.node, 'POST /v1/auth/guest', { body: { displayName: 'Gast' } });
    expect(
      await answers(
        world.asAdmin('POST /v1/filter-words', { words: ['a', 'b'], action: 'mask' }),
        world.asAdmin('POST /v1/filter-words', { ...words, action: 'mask' }, key),
        world.asAdmin('GET /v1/filter-words?limit=1'),
        world.asAda('GET /v1/filter-words'),
        world.asAda('POST /v1/filter-words', words),
        world.asAda(`DELETE /v1/filter-words/${added.body.items[0].id}`),
        world.asAda(`POST ${path}/messages`, { text }),
        world.asAda('POST /v1/messages', { to: 'bob', text }),
        world.asAda(`PATCH ${path}/messages/${sent.message.seq}`, { text }),
        world.asAda(`PATCH /v1/scheduled-messages/${later.body.scheduledMessage.id}`, { message: { text } }),
        world.asAda(`PATCH ${path}`, { name: text }),
        world.asAda('POST /v1/conversations', { type: 'group', name: text, memberIds: [] }),
        world.asAda('PATCH /v1/users/me', { displayName: text }),
        call(world.node, 'POST /v1/auth/guest', { body: { displayName: text } }),
        call(world.node, 'POST /v1/auth/guest/register', {
          token: guest.body.accessToken,
          body: { username: 'clean', displayName: text, password: 'x'.repeat(12) },
        }),
        call(world.node, 'POST /v1/auth/register', {
          body: { username: 'zounds', password: 'x'.repeat(12) },
        }),
      ),
    ).toEqual([
      '409 filter_word.too_many',
      '422 idempotency.conflict',
      '200',
      ...Array<string>(3).fill('403 auth.not_allowed'),
      ...Array<string>(10).fill('422 word_filter.refused'),
    ]);
    await dataSource.query('DELETE FROM filter_words WHERE id < 10000');
    const word = `/v1/filter-words/${added.body.items[0].id}`;
    expect(await answers(world.asAdmin(`DELETE ${word}`))).toEqual(['204']);
    expect(await answers(world.asAdmin(`DELETE ${word}`))).toEqual(['404 filter_word.not_found']);
  });
}
