import { announcedIn } from '../announced.js';
import type { History, HistoryConnection } from '../history.js';
import type { EventRecord } from '../record.js';

/** Each device was shown, live or by a replay, each broadcast that stands in the end, and its user finds it in the list. */
export function broadcastsAreShown(history: History): string[] {
  const { standing } = announcedIn(history.records);
  const shown = new Map(history.of('sync').map(({ device, broadcasts }) => [device, new Set(broadcasts)]));
  for (const { device, cursorKind, segments } of history.connections)
    for (const { type, broadcast = '' } of cursorKind === 'own' ? eventsOf(segments) : [])
      if (type === 'broadcast.published') shown.get(device)?.add(broadcast);
  const unshown = (history.plan?.devices ?? []).flatMap((device) =>
    [...standing]
      .filter((id) => !shown.get(device)?.has(id))
      .map((id) => `${device} was never shown broadcast ${id}`),
  );
  const unlisted = history
    .of('listed')
    .flatMap(({ user, broadcasts }) =>
      [...standing]
        .filter((id) => !broadcasts.includes(id))
        .map((id) => `${user} does not find broadcast ${id} in the end`),
    );
  return [...unshown, ...unlisted];
}

/** A broadcast is shown once from one fresh start to the next: whatever connections resume in between, and within a replay. */
export const broadcastsComeOnce = (history: History): string[] =>
  strandsOf(history).flatMap((connections) => {
    let shown = new Set<string>();
    return connections.flatMap(({ connection, segments }) =>
      segments.flatMap(({ ready, events }) => {
        if (!ready.resumed) shown = new Set();
        return events.filter(isPublished).flatMap(({ broadcast = '', cursor }) => {
          if (!shown.has(broadcast)) {
            shown.add(broadcast);
            return [];
          }
          return [`${connection} showed broadcast ${broadcast} again, at ${cursor}`];
        });
      }),
    );
  });

/** No broadcast is shown that nobody published, and each publication makes one of them, however often it is repeated. */
export function broadcastsAreAsPublished(history: History): string[] {
  const published = new Map<string, { begun: number; ids: Set<string> }>();
  for (const { outcome, value, begun, broadcast } of history.of('publish')) {
    const known = published.get(value) ?? { begun, ids: new Set() };
    published.set(value, known);
    if (outcome === 'ok' && broadcast !== undefined) known.ids.add(broadcast);
  }
  const invented = history.events.filter(isPublished).flatMap((event) => {
    const { connection, at, value = '', broadcast = '' } = event;
    const known = published.get(value ?? '');
    known?.ids.add(broadcast);
    if (known && known.begun <= at) return [];
    return [`${connection} showed broadcast ${broadcast}, which says ${value}, and nobody published that`];
  });
  const doubled = [...published]
    .filter(([, { ids }]) => ids.size > 1)
    .map(([value, { ids }]) => `${value} was published as ${[...ids].join(' and ')}`);
  return [...invented, ...doubled];
}

/** A device's own connections, one after another; what it came with besides is judged by itself. */
export const strandsOf = (history: History): (readonly HistoryConnection[])[] =>
  [...history.byDevice.values()].flatMap((connections) => [
    connections.filter(({ cursorKind }) => cursorKind === 'own'),
    ...connections.filter(({ cursorKind }) => cursorKind !== 'own').map((probe) => [probe]),
  ]);

export const eventsOf = (segments: HistoryConnection['segments']): EventRecord[] =>
  segments.flatMap(({ events }) => events);

export const isPublished = ({ type }: EventRecord): boolean => type === 'broadcast.published';
