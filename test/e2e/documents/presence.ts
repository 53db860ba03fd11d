import { expect, it } from 'vitest';
import { range } from '../../support/chat.js';
import { type World, answers } from './world.js';

/** All that the operations around presence answer. */
export function presence(world: World): void {
  it('of presence', async () => {
    const path = '/v1/presence';
    const many = range(1, 501).join();
    const words = { words: ['gosh'], action: 'refuse' };
    const { body: added } = await world.asAdmin('POST /v1/filter-words', words);
    expect(
      await answers(
        world.asAda(`GET ${path}`),
        world.asAda(`GET ${path}?userIds=${world.ada.id},${world.admin.id},1,x`),
        world.asAda(`GET ${path}?userIds=${many}`),
        world.asAda(`PUT ${path}`, { status: 'busy', statusText: 'In a meeting' }),
        world.asAda(`PUT ${path}`, { status: 'sleeping' }),
        world.asAda(`PUT ${path}`, { status: 'online', statusText: 'Gosh' }),
      ),
    ).toEqual(['200', '200', '400 request.invalid', '200', '400 request.invalid', '422 word_filter.refused']);
    await world.asAdmin(`DELETE /v1/filter-words/${added.items[0].id}`);
  });
}
