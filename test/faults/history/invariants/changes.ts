import type { ChangeRecord } from '../asked.js';
import { type History, push } from '../history.js';
import { possiblyLast } from './possible.js';

const placeOf = ({ conversation, seq }: { conversation?: string | undefined; seq?: number | undefined }) =>
  `${conversation} ${seq}`;

/** Each message's changes, in the order in which they were asked for. */
function changesOf(history: History): Map<string, ChangeRecord[]> {
  const changes = new Map<string, ChangeRecord[]>();
  for (const change of [...history.of('edit'), ...history.of('delete')].toSorted((a, b) => a.begun - b.begun))
    push(changes, placeOf(change), change);
  return changes;
}

/** What was acknowledged last of a message's edits and deletions is what is there in the end; what is unknown may be. */
export function changesAreKept(history: History): string[] {
  const stored = new Map(
    [...history.finalReads].flatMap(([conversation, items]) =>
      items.map((item) => [placeOf({ conversation, seq: item.seq }), item.value] as const),
    ),
  );
  return [...changesOf(history)].flatMap(([place, changes]) => {
    const value = stored.get(place);
    const last = changes.findLast(({ outcome }) => outcome === 'ok');
    if (!last || value === undefined) return [];
    if (possiblyLast(changes).some((change) => change.value === value)) return [];
    return [
      `the ${last.operation} of ${place} was acknowledged, and the text in the end is ${String(value)}`,
    ];
  });
}

/** On a connection that began after a deletion was acknowledged the text is not shown. */
export function deletedIsNotShown(history: History): string[] {
  const deleted = new Map<string, number>();
  for (const change of history.of('delete'))
    if (change.outcome === 'ok') deleted.set(placeOf(change), change.at);
  return history.connections.flatMap(({ connection, at, segments }) =>
    segments
      .flatMap(({ events }) => events)
      .filter(({ value }) => value !== undefined && value !== null)
      .filter((event) => at > (deleted.get(placeOf(event)) ?? Infinity))
      .map(
        (event) => `${connection} showed the text of ${placeOf(event)}, which was deleted before it began`,
      ),
  );
}

/** What a message's text has been made by changes: null by a deletion. */
export function textsGiven(
  history: History,
): (conversation: string, seq: number, value: string | null) => boolean {
  const given = new Set(
    [...changesOf(history)].flatMap(([place, changes]) => changes.map(({ value }) => `${place} ${value}`)),
  );
  return (conversation, seq, value) => given.has(`${placeOf({ conversation, seq })} ${value}`);
}
