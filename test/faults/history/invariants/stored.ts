import type { History } from '../history.js';
import type { SendRecord } from '../asked.js';
import type { EventRecord, ReadItem } from '../record.js';
import { textsGiven } from './changes.js';

/** No acknowledged message is missing in the end: it is there under the number that was acknowledged. */
export function acknowledgedIsStored(history: History): string[] {
  const stored = new Map<string, ReadItem>();
  for (const [conversation, items] of history.finalReads)
    for (const item of items) stored.set(`${conversation} ${item.seq}`, item);
  return history.sends
    .filter(({ outcome, conversation }) => outcome === 'ok' && history.finalReads.has(conversation))
    .flatMap(({ key, conversation, seq }) => {
      const found = stored.get(`${conversation} ${seq}`);
      if (found?.key === key) return [];
      return [`${key} was acknowledged as ${conversation}/${seq}; there is ${found?.key ?? 'nothing'}`];
    });
}

/** `refused` said that surely nothing was done. */
export function refusedIsNotStored(history: History): string[] {
  const storedKeys = new Set([...history.finalReads.values()].flat().map(({ key }) => key));
  return [...history.attempts]
    .filter(([, attempts]) => attempts.every(({ outcome }) => outcome === 'refused'))
    .filter(([key]) => storedKeys.has(key))
    .map(([key]) => `${key} was refused each time, and is stored`);
}

/** Nothing was read that nobody sent, and nothing was shown that is not there in the end. */
export function nothingInvented(history: History): string[] {
  const { attempts } = history;
  const isGiven = textsGiven(history);
  const stored = new Set(
    [...history.finalReads].flatMap(([conversation, items]) =>
      items.map((item) => `${conversation} ${item.seq} ${item.key}`),
    ),
  );
  const unsent = (where: string, conversation: string, item: Shown): string[] =>
    item.key !== null &&
    !isGiven(conversation, item.seq ?? 0, item.value ?? null) &&
    !wasSent(attempts.get(item.key ?? ''), conversation, item)
      ? [`${where} holds ${item.key} as ${conversation}/${item.seq}, which nobody sent so`]
      : [];
  const inReads = history
    .of('read')
    .flatMap(({ conversation, items }) =>
      items.flatMap((item) => unsent(`a read of ${conversation}`, conversation, item)),
    );
  const inEvents = history.events.flatMap((event) => {
    const { conversation = '', type, connection } = event;
    if (!type.startsWith('message.')) return [];
    const where = `${connection}, ${type}`;
    if (!history.finalReads.has(conversation) || stored.has(`${conversation} ${event.seq} ${event.key}`))
      return unsent(where, conversation, event);
    return [`${where} showed ${event.key} as ${conversation}/${event.seq}, which is not there in the end`];
  });
  return [...inReads, ...inEvents];
}

/** A message as a read or an event shows it. */
type Shown = ReadItem | Pick<EventRecord, 'seq' | 'key' | 'value' | 'sender'>;

function wasSent(attempts: readonly SendRecord[] | undefined, conversation: string, shown: Shown): boolean {
  return (attempts ?? []).some(
    (sent) => sent.conversation === conversation && sent.user === shown.sender && sent.value === shown.value,
  );
}
