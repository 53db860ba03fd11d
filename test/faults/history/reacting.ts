import { askUntilKnown } from './asking.js';
import { type Acknowledged, recentOf } from './recent.js';
import type { Person, World } from './world.js';

const EMOJIS = ['👍', '🎉'];
/** Hands that react to one message at once; some may be the same person's. */
const HANDS = 4;
/** How often each of them changes its mind, at most. */
const CHANGES_OF_MIND = 2;

/** Some members react at once to a recent message, and take some of that back. Nothing where there is no message. */
export async function reactToRecent(world: World): Promise<void> {
  const { places, random } = world;
  const message = recentOf(world);
  const place = places.find(({ id }) => id === message?.conversation);
  if (!message || !place) return;
  const hands = Array.from({ length: HANDS }, async () => {
    const [person, emoji] = [random.pick(place.members), random.pick(EMOJIS)];
    const last = random.between(0, CHANGES_OF_MIND);
    for (let n = 0; n <= last; n += 1) await react(world, message, { person, emoji, isSet: n % 2 === 0 });
  });
  await Promise.all(hands);
}

async function react(
  world: World,
  { conversation, seq }: Acknowledged,
  { person, emoji, isSet }: { readonly person: Person; readonly emoji: string; readonly isSet: boolean },
): Promise<void> {
  const path = `/v1/conversations/${conversation}/messages/${seq}/reactions/${encodeURIComponent(emoji)}`;
  const wish = {
    what: 'reaction',
    by: person,
    route: isSet ? (`PUT ${path}` as const) : (`DELETE ${path}` as const),
    finalCodes: ['message.deleted'],
  };
  await askUntilKnown(world, wish, (attempt) =>
    world.recorder.note({ operation: 'react', conversation, seq, user: person.id, emoji, isSet, ...attempt }),
  );
}
