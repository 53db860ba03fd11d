import type { MarkRecord } from '../asked.js';
import { type History, push } from '../history.js';
import type { MarksRecord } from '../record.js';

/** An acknowledged read mark never goes back: whoever looks later sees it, or a farther one, and never less than before. */
export function readMarksAreKept(history: History): string[] {
  const marks = new Map<string, MarkRecord[]>();
  for (const mark of history.of('mark')) if (mark.outcome === 'ok') push(marks, mark.user, mark);
  const looks = new Map<string, MarksRecord[]>();
  for (const look of history.of('marks')) push(looks, look.user, look);
  return [...looks].flatMap(([user, ofUser]) =>
    ofUser.flatMap((look) =>
      [...leastAt(look.begun, marks.get(user) ?? [], ofUser)].flatMap(([conversation, least]) => {
        const seq = look.held[conversation];
        const isMember = history.plan?.members[conversation]?.includes(user);
        if (!isMember || (seq !== undefined && seq >= least)) return [];
        return [`${user} had read ${conversation} up to ${least}, and later up to ${seq ?? 'nothing'}`];
      }),
    ),
  );
}

/** By conversation: what had been acknowledged to somebody, or seen by them, before a time. */
function leastAt(
  time: number,
  marks: readonly MarkRecord[],
  looks: readonly MarksRecord[],
): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  const raise = (conversation: string, seq: number): void =>
    void least.set(conversation, Math.max(seq, least.get(conversation) ?? 0));
  for (const { at, conversation, seq } of marks) if (at < time) raise(conversation, seq);
  for (const { at, held } of looks)
    if (at < time) for (const [conversation, seq] of Object.entries(held)) raise(conversation, seq);
  return least;
}

/** No reading is shown of which nobody had told. */
export function noReadMarkInvented(history: History): string[] {
  const firstBegun = new Map<string, number>();
  for (const { conversation, user, seq, begun } of history.of('mark')) {
    const told = `${conversation} ${user} ${seq}`;
    firstBegun.set(told, Math.min(begun, firstBegun.get(told) ?? Infinity));
  }
  return history.events
    .filter(({ type }) => type === 'receipt.read')
    .filter(({ at, conversation, user, seq }) => {
      const begun = firstBegun.get(`${conversation} ${user} ${seq}`);
      return begun === undefined || begun > at;
    })
    .map(
      ({ connection, conversation, user, seq }) =>
        `${connection} showed that ${user} had read ${conversation} up to ${seq}, of which nobody had told`,
    );
}
