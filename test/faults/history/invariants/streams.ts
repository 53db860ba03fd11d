import type { History, HistoryConnection, Segment } from '../history.js';
import type { EventRecord } from '../record.js';
import { Progress } from './progress.js';

/** Within a connection cursors only rise, from one `ready` to the next; what ends a replay of a conversation shares its last one. */
export function cursorsRise(history: History): string[] {
  return history.connections.flatMap(({ connection, segments }) =>
    segments.flatMap(({ events }) => {
      let last: string | undefined;
      return events.flatMap(({ cursor }) => {
        const before = last;
        if (cursor === null) return [];
        last = cursor;
        if (before === undefined) return [];
        const order = compareCursors(before, cursor);
        if (order < 0 || (order === 0 && isOfReplay(cursor))) return [];
        return [`${connection}: ${cursor} came after ${before}`];
      });
    }),
  );
}

const isOfReplay = (cursor: string): boolean => cursor.includes('.');

/** By milliseconds, then by counter, then as text: the cursors of a replay are of one width. */
export function compareCursors(a: string, b: string): number {
  const [partsA, partsB] = [a, b].map((cursor) => /^(\d+)-(\d+)(.*)$/.exec(cursor)?.slice(1) ?? []);
  return (
    Number(partsA?.[0]) - Number(partsB?.[0]) ||
    Number(partsA?.[1]) - Number(partsB?.[1]) ||
    (String(partsA?.[2]) < String(partsB?.[2]) ? -1 : Number(partsA?.[2] !== partsB?.[2]))
  );
}

/**
 * Every `resumed: true` was true: what comes next follows, per conversation, on what the device held at that cursor.
 * Where it was false, nothing is left out either, but a little may repeat.
 */
export function nothingSkippedOrRepeated(history: History): string[] {
  const snapshots = new Map(history.of('sync').map((sync) => [sync.device, sync]));
  return [...history.byDevice].flatMap(([device, connections]) => {
    const progress = Progress.from(snapshots.get(device));
    return connections.flatMap((connection) => check(connection, progress));
  });
}

/** What a device comes with besides its own cursor does not move it: such connections are judged by themselves. */
function check(connection: HistoryConnection, own: Progress): string[] {
  const { cursorKind, cursor = '' } = connection;
  const progress = {
    own: () => own,
    old: () => own.at(cursor),
    foreign: Progress.from,
    forged: Progress.from,
  }[cursorKind]();
  return connection.segments.flatMap((segment) => walk(connection, segment, progress));
}

function walk({ connection, user, cursorKind }: HistoryConnection, segment: Segment, progress: Progress) {
  if (!segment.ready.resumed) progress.beginAnew();
  return segment.events.flatMap((event) => {
    const wrong = progress.take(event, user);
    if (event.cursor !== null) progress.mark(event.cursor);
    return wrong === undefined
      ? []
      : [`${connection} (${describe(segment, cursorKind)}): ${wrong} ${at(event)}`];
  });
}

const describe = ({ ready }: Segment, cursorKind: string): string =>
  `${cursorKind} cursor, ${ready.resumed ? 'resumed' : 'not resumed'}`;

const at = ({ conversation, seq, cursor }: EventRecord): string => `at ${conversation}/${seq}, ${cursor}`;
