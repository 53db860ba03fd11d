import { expect, it, vi } from 'vitest';
import { call, registerUser } from '../../support/rest.js';
import { INDEXED_WITHIN, search as find, trySearch } from '../../support/search.js';
import { type World, answers } from './world.js';

/** All that the search answers. */
export function search(world: World): void {
  it('of the search', async () => {
    const { node, ada } = world;
    const { token } = await registerUser(node, 'seeker');
    const channel = { type: 'channel', name: 'Searched' };
    const { body } = await world.asAda('POST /v1/conversations', channel);
    const conversationId = body.conversation.id;
    await world.asAda(`POST /v1/conversations/${conversationId}/messages`, { text: 'A needle' });
    await vi.waitFor(
      async () => expect((await find(node, ada, 'needle')).items).toHaveLength(1),
      INDEXED_WITHIN,
    );
    expect(
      await answers(
        call(node, 'GET /v1/search/messages', { token }),
        trySearch(node, { token }, { q: 'needle', conversationId: '1' }),
        trySearch(node, { token }, { q: 'needle', conversationId }),
      ),
    ).toEqual(['400 request.invalid', '404 conversation.not_found', '403 conversation.not_member']);
  });
}
