import type { History } from '../history.js';

/** Within so many milliseconds after the last fault and the last send all devices have come to the same end. */
const AGREE_WITHIN_MS = 30_000;

/** Every device has seen, live, by replay or by filling a gap, all that its user was entitled to. */
export function entitledHaveSeen(history: History): string[] {
  const seen = seenByDevice(history);
  return present(history).flatMap(({ device, user, conversation }) => {
    const entitled = entitlement(history, conversation, user);
    const missing = (history.finalReads.get(conversation) ?? [])
      .filter(({ seq, key }) => entitled(key) && !seen.get(device)?.has(`${conversation} ${seq}`))
      .map(({ seq }) => seq);
    if (missing.length === 0) return [];
    return [
      `${device} never saw ${missing.length} of ${conversation}, the first ${missing.slice(0, 5).join(', ')}`,
    ];
  });
}

/** All devices agree soon after the last fault. */
export function devicesAgree(history: History): string[] {
  const lastMs = Math.max(
    0,
    ...history.faults.map(({ healed }) => healed).filter(Number.isFinite),
    history.sends.reduce((last, { at }) => Math.max(last, at), 0),
  );
  const agreed = new Map(
    history
      .of('agreed')
      .map(({ device, conversation, seq, at }) => [`${device} ${conversation}`, { seq, at }]),
  );
  return present(history).flatMap(({ device, conversation }) => {
    const end = history.finalReads.get(conversation)?.length ?? 0;
    const came = agreed.get(`${device} ${conversation}`);
    if (end === 0 || (came && came.seq === end && came.at - lastMs <= AGREE_WITHIN_MS)) return [];
    const late = came
      ? `came to ${came.seq} of ${end}, ${Math.round(came.at - lastMs)} ms later`
      : 'never came';
    return [`${device} ${late} in ${conversation}`];
  });
}

/** The planned devices, with the conversations of which their users are members in the end. */
function present(history: History): { device: string; user: string; conversation: string }[] {
  const users = new Map(history.connections.map(({ device, user }) => [device, user]));
  const devices = history.plan?.devices ?? [];
  return devices.flatMap((device) => {
    const user = users.get(device) ?? '';
    return [...history.finalReads.keys()]
      .filter((conversation) => isMemberAtEnd(history, conversation, user))
      .map((conversation) => ({ device, user, conversation }));
  });
}

const changesOf = (history: History, conversation: string, user: string) =>
  [...history.of('add'), ...history.of('remove')]
    .filter((change) => change.conversation === conversation && change.user === user)
    .toSorted((a, b) => a.begun - b.begun);

const isStable = (history: History, conversation: string, user: string): boolean =>
  history.plan?.members[conversation]?.includes(user) ?? false;

function isMemberAtEnd(history: History, conversation: string, user: string): boolean {
  if (isStable(history, conversation, user)) return true;
  const last = changesOf(history, conversation, user).at(-1);
  return last?.operation === 'add' && last.outcome === 'ok';
}

/** What was sent after somebody was added for the last time is theirs; members from the beginning are owed everything. */
function entitlement(history: History, conversation: string, user: string): (key: string | null) => boolean {
  if (isStable(history, conversation, user)) return () => true;
  const added = changesOf(history, conversation, user).at(-1)?.at ?? Infinity;
  const later = new Set(history.sends.filter(({ begun }) => begun > added).map(({ key }) => key));
  for (const { begun, key } of history.sends) if (begun <= added) later.delete(key);
  return (key) => key !== null && later.has(key);
}

function seenByDevice(history: History): Map<string, Set<string>> {
  const seen = new Map<string, Set<string>>();
  const see = (device: string, conversation: string, seq: number): void => {
    const known = seen.get(device);
    if (known) known.add(`${conversation} ${seq}`);
    else seen.set(device, new Set([`${conversation} ${seq}`]));
  };
  for (const { device, held } of history.of('sync'))
    for (const [conversation, { seq }] of Object.entries(held))
      for (let n = 1; n <= seq; n += 1) see(device, conversation, n);
  for (const { device, segments } of history.connections)
    for (const { type, conversation, seq } of segments.flatMap(({ events }) => events))
      if (type === 'message.created') see(device, conversation ?? '', seq ?? 0);
  for (const { device, conversation, items } of history.of('read'))
    if (device !== undefined) for (const { seq } of items) see(device, conversation, seq);
  return seen;
}
