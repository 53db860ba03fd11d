import { type Announced, announcedIn } from '../announced.js';
import type { History, HistoryConnection } from '../history.js';
import { boundAfter } from './bounds.js';
import { eventsOf, isPublished, strandsOf } from './broadcasts.js';

/** What is on its way when a broadcast is recalled, to whoever is there or just comes, still gets there. Milliseconds. */
const UNDER_WAY_MS = 5_000;

/**
 * What was recalled is shown to nobody who comes later, and in no list; whoever was shown it, also a little late, is told
 * of the recall, which says nothing of it, and is not shown it again.
 */
export function recallsTakeBack(history: History): string[] {
  const announced = announcedIn(history.records);
  return [
    ...history.connections.flatMap((connection) => shownLate(history, connection, announced)),
    ...strandsOf(history).flatMap((connections) => shownAgain(connections)),
    ...neverTold(history, announced),
    ...listed(history, announced),
    ...history.events
      .filter(({ type, value }) => type === 'broadcast.recalled' && value !== '')
      .map(({ connection, value }) => `${connection} showed what a recalled broadcast had said: ${value}`),
  ];
}

function shownLate(
  { faults }: History,
  { connection, at, segments }: HistoryConnection,
  { recalled }: Announced,
): string[] {
  return eventsOf(segments)
    .filter(isPublished)
    .filter(({ broadcast = '' }) => {
      const recalledAt = recalled.get(broadcast) ?? Infinity;
      return at > recalledAt && at > boundAfter(faults, recalledAt, UNDER_WAY_MS);
    })
    .map(({ broadcast }) => `${connection} showed broadcast ${broadcast}, recalled before it began`);
}

function shownAgain(connections: readonly HistoryConnection[]): string[] {
  const takenBack = new Set<string>();
  return connections.flatMap(({ connection, segments }) =>
    eventsOf(segments).flatMap((event) => {
      const { type, broadcast = '' } = event;
      if (type === 'broadcast.recalled') takenBack.add(broadcast);
      if (!isPublished(event) || !takenBack.has(broadcast)) return [];
      return [`${connection} showed broadcast ${broadcast} after its recall`];
    }),
  );
}

function neverTold(history: History, { recalled }: Announced): string[] {
  const told = new Map(
    history
      .of('sync')
      .map(({ device, broadcasts }) => [
        device,
        new Map(broadcasts.map((id) => [id, 'broadcast.published'])),
      ]),
  );
  for (const { device, cursorKind, segments } of history.connections)
    for (const { type, broadcast } of cursorKind === 'own' ? eventsOf(segments) : [])
      if (broadcast !== undefined) told.get(device)?.set(broadcast, type);
  return [...told].flatMap(([device, last]) =>
    [...last]
      .filter(([id, type]) => recalled.has(id) && type !== 'broadcast.recalled')
      .map(([id]) => `${device} was shown broadcast ${id}, and never told of its recall`),
  );
}

const listed = (history: History, { recalled }: Announced): string[] =>
  history
    .of('listed')
    .flatMap(({ user, broadcasts }) =>
      broadcasts
        .filter((id) => recalled.has(id))
        .map((id) => `${user} finds broadcast ${id} in the end, which was recalled`),
    );
