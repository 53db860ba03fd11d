import type { ReactRecord } from '../asked.js';
import { type History, push } from '../history.js';
import { possiblyLast } from './possible.js';

type Reaction = Pick<ReactRecord, 'conversation' | 'seq' | 'user' | 'emoji'>;

const nameOf = ({ conversation, seq, user, emoji }: Reaction): string =>
  `${emoji} of ${user} under ${conversation}/${seq}`;

/** Of each reaction, what was acknowledged last is what is there in the end; what is unknown may be. Under a tombstone there is none. */
export function reactionsAreKept(history: History): string[] {
  const attempts = new Map<string, ReactRecord[]>();
  for (const attempt of history.of('react')) push(attempts, nameOf(attempt), attempt);
  const stored = new Set(finalReactions(history).map(nameOf));
  const deleted = tombstones(history);
  return [...attempts].flatMap(([name, wishes]) => {
    const place = wishes.find(({ conversation }) => history.finalReads.has(conversation));
    if (!place) return [];
    const isThere = stored.has(name);
    if (deleted.has(`${place.conversation} ${place.seq}`)) return isThere ? [`${name}, a tombstone`] : [];
    const ends = possiblyLast(wishes).map(({ isSet }) => isSet);
    // Before anybody asked for it, it was not there.
    if (!wishes.some(({ outcome }) => outcome === 'ok')) ends.push(false);
    if (ends.includes(isThere)) return [];
    return [`${name} ${isThere ? 'is' : 'is not'} there in the end, against what was acknowledged`];
  });
}

/** No reaction is shown, live or in the end, as set or taken away, that nobody had asked for so. */
export function noReactionInvented(history: History): string[] {
  const firstBegun = new Map<string, number>();
  for (const { outcome, begun, isSet, ...reaction } of history.of('react')) {
    const wish = `${isSet} ${nameOf(reaction)}`;
    if (outcome !== 'refused') firstBegun.set(wish, Math.min(begun, firstBegun.get(wish) ?? Infinity));
  }
  const wasAsked = (reaction: Reaction, isSet: boolean, by = Infinity): boolean => {
    const begun = firstBegun.get(`${isSet} ${nameOf(reaction)}`);
    return begun !== undefined && begun <= by;
  };
  const shown = history.events
    .filter(({ type }) => type.startsWith('reaction.'))
    .flatMap(({ connection, type, at, conversation = '', seq = 0, user = '', emoji = '' }) => {
      const reaction = { conversation, seq, user, emoji };
      if (wasAsked(reaction, type === 'reaction.added', at)) return [];
      return [`${connection}, ${type} showed ${nameOf(reaction)}, for which nobody had asked`];
    });
  const stored = finalReactions(history)
    .filter((reaction) => !wasAsked(reaction, true))
    .map((reaction) => `${nameOf(reaction)} is there in the end, and nobody asked for it`);
  return [...shown, ...stored];
}

const finalReactions = (history: History): Reaction[] =>
  [...history.finalReads].flatMap(([conversation, items]) =>
    items.flatMap(({ seq, reactions = [] }) =>
      reactions.flatMap(({ emoji, users }) => users.map((user) => ({ conversation, seq, user, emoji }))),
    ),
  );

const tombstones = (history: History): Set<string> =>
  new Set(
    [...history.finalReads].flatMap(([conversation, items]) =>
      items.filter(({ value }) => value === null).map(({ seq }) => `${conversation} ${seq}`),
    ),
  );
