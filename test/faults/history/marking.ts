import { askUntilKnown } from './asking.js';
import { conversationsOf } from './reading.js';
import { recentOf } from './recent.js';
import { now } from './recorder.js';
import type { Person, World } from './world.js';

/**
 * Somebody reads up to a recent message, while another device of theirs, that is behind, says so of an earlier one; then
 * they look how far they have come. Nothing where there is no message.
 */
export async function markRecent(world: World): Promise<void> {
  const { places, random } = world;
  const message = recentOf(world);
  const place = places.find(({ id }) => id === message?.conversation);
  if (!message || !place) return;
  const reader = random.pick(place.members);
  const seqs = [message.seq, random.between(1, message.seq)];
  await Promise.all(seqs.map((seq) => mark(world, place.id, reader, seq)));
  await lookAtMarks(world, reader);
}

async function mark(world: World, conversation: string, reader: Person, seq: number): Promise<void> {
  const wish = {
    what: 'reading',
    by: reader,
    route: `PUT /v1/conversations/${conversation}/read` as const,
    body: { seq },
  };
  await askUntilKnown(world, wish, (attempt) =>
    world.recorder.note({ operation: 'mark', conversation, user: reader.id, seq, ...attempt }),
  );
}

/** Puts on record how far somebody has read everywhere. */
export async function lookAtMarks(world: World, reader: Person): Promise<void> {
  const begun = now();
  const conversations = await conversationsOf(world, reader);
  const held = Object.fromEntries(conversations.map(({ id, readSeq }) => [id, readSeq]));
  world.recorder.note({ operation: 'marks', begun, user: reader.id, held });
}
