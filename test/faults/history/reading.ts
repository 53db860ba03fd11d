import type { ConversationView } from '../../../src/conversations/conversations.dto.js';
import type { MessageView } from '../../../src/ledger/message.dto.js';
import type { ReadItem } from './record.js';
import { type Person, type World, ask, insist } from './world.js';

/** All messages of a range, in order. */
export async function readRange(
  world: Pick<World, 'nodes' | 'random'>,
  token: string,
  conversation: string,
  fromSeq: number,
  toSeq: number,
): Promise<ReadItem[]> {
  const items: ReadItem[] = [];
  for (let after = fromSeq - 1; after < toSeq;) {
    const page = await insist(world, `reading ${conversation}`, async (node) => {
      const query = `after=${after}&before=${toSeq + 1}&limit=200`;
      const reply = await ask(node, `GET /v1/conversations/${conversation}/messages?${query}`, token);
      return reply.status === 200 ? (reply.body.items as MessageView[]) : undefined;
    });
    if (page.length === 0) break;
    items.push(...page.map(readItemOf));
    after = items.at(-1)?.seq ?? toSeq;
  }
  return items;
}

const readItemOf = ({ seq, rev, senderId, clientId, text, reactions }: MessageView): ReadItem => ({
  seq,
  rev,
  sender: senderId,
  key: clientId,
  value: text,
  ...(reactions.length > 0 && {
    reactions: reactions.map(({ emoji, userIds }) => ({ emoji, users: userIds })),
  }),
});

/** All of somebody's conversations, as they see them. */
export const conversationsOf = (world: World, { session }: Person): Promise<ConversationView[]> =>
  insist(world, 'the conversations', async (node) => {
    const { status, body } = await ask(node, 'GET /v1/conversations?limit=200', session.token);
    return status === 200 ? (body.items as ConversationView[]) : undefined;
  });

/** The ids of all broadcasts that are current for somebody. */
export const broadcastsOf = (world: World, { session }: Person): Promise<string[]> =>
  insist(world, 'the broadcasts', async (node) => {
    const { status, body } = await ask(node, 'GET /v1/broadcasts?limit=200', session.token);
    return status === 200 ? body.items.map(({ id }: { id: string }) => id) : undefined;
  });
