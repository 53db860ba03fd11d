import { expect, it } from 'vitest';
import type { Absence } from '../../../src/mailbox/absence.js';
import type { Position } from '../../../src/mailbox/cursor.js';
import { ChatError } from '../../../src/platform/errors/chat-error.js';
import { MailboxEvent } from '../../../src/mailbox/event.js';
import type { Door } from '../../../src/transport/door.js';
import { Following } from '../../../src/transport/following.js';
import type { Sources } from '../../../src/transport/sources.js';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { Listener } from '../../support/listener.js';
import { aReference } from '../../support/builders.js';

const at = (n: number): Position => ({ ms: 1000, n });
const entry = (n: number) => ({ position: at(n), reference: aReference({ rev: n, seq: n }) });
const event = (n: number) => new MailboxEvent(`1000-${n}`, 'message.created', '}');
const wakeUp = (n: number) => ({ ...entry(n), event: event(n) });

let handedOver: Absence | undefined;

/** A connection at the tail of a mailbox that the test fills, and what was written to it. */
async function aLiveConnection() {
  const mailbox: number[] = [];
  const written: (string | null)[] = [];
  let hasCaughtUp = 0;
  /** Set while the client takes nothing; resolves when it has drained. */
  let blocked: Promise<void> | undefined;
  const shown: string[] = [];
  const refused: string[] = [];
  let isFull = false;
  const door: Door = {
    ready: () => undefined,
    write: ({ cursor, json }) => void (cursor === null ? shown.push(json) : written.push(cursor)),
    get isBlocked() {
      return blocked !== undefined;
    },
    drained: () => blocked ?? Promise.resolve(),
    caughtUp: () => void (hasCaughtUp += 1),
    refuse: ({ code }) => void refused.push(code),
    end: () => undefined,
  };
  const read = async (_user: string, after: Position) => {
    const later = mailbox.filter((n) => n > after.n);
    return { kind: 'page', tail: at(Math.max(0, ...mailbox)), entries: later.map(entry) };
  };
  const sources = {
    mailbox: {
      attach: async () => {
        if (isFull) throw new ChatError('rate_limited', 'connections.too_many', 'Too many.');
        return at(0);
      },
      detach: async (_: unknown, __: number, absence: unknown) => void (handedOver = absence as Absence),
      read,
    },
    arrivals: { at: async () => ({ resumed: true, cursor: '1000-0', plan: undefined, position: at(0) }) },
    hydration: {
      events: async (_user: string, entries: { position: Position }[]) =>
        entries.map(({ position }) => ({ event: event(position.n) })),
    },
  } as unknown as Sources;
  const principal = { userId: '1', sessionId: '2', role: 'user', expiresAt: 0, via: 'access' } as const;
  const following = new Following(sources, principal, 'c', undefined, door);
  const caughtUp = (times: number) =>
    waitUntil('caught up', () => hasCaughtUp >= times, { timeoutMs: 5_000, intervalMs: 1 });
  following.start();
  await caughtUp(1);
  const block = (): (() => void) => {
    let open: () => void = () => undefined;
    blocked = new Promise((resolve) => {
      open = () => {
        blocked = undefined;
        resolve();
      };
    });
    return open;
  };
  const turnAway = (): void => void (isFull = true);
  return { following, mailbox, written, shown, refused, turnAway, block, caughtUp };
}

it('writes wake-ups as they come while it is at the tail', async () => {
  const { following, written } = await aLiveConnection();
  following.wakeUp(wakeUp(1));
  following.wakeUp(wakeUp(2));
  expect(written).toEqual(['1000-1', '1000-2']);
});

it('writes no wake-up between its registration anew and the reading of what it missed until then', async () => {
  const { following, mailbox, written, caughtUp } = await aLiveConnection();
  following.hold();
  mailbox.push(1); // appended while the connection was not registered: nobody was woken
  following.refresh(); // others of the shard may have to read, for reasons of their own
  mailbox.push(2);
  following.wakeUp(wakeUp(2));
  await caughtUp(2);
  following.release();
  await waitUntil('written', () => written.length >= 2, { timeoutMs: 5_000, intervalMs: 1 });
  mailbox.push(3);
  following.wakeUp(wakeUp(3));
  await waitUntil('written', () => written.length >= 3, { timeoutMs: 5_000, intervalMs: 1 });
  expect(written).toEqual(['1000-1', '1000-2', '1000-3']);
});

it('writes nothing live while it is held', async () => {
  const { following, mailbox, written } = await aLiveConnection();
  following.hold();
  mailbox.push(1, 2);
  following.wakeUp(wakeUp(2));
  expect(written).toEqual([]);
  following.release();
  await waitUntil('written', () => written.length >= 2, { timeoutMs: 5_000, intervalMs: 1 });
  expect(written).toEqual(['1000-1', '1000-2']);
});

it('sends its client away when it was dropped and finds no place any more', async () => {
  const { following, refused, turnAway } = await aLiveConnection();
  turnAway();
  following.dropped();
  await waitUntil('refused', () => refused.length > 0, { timeoutMs: 5_000, intervalMs: 1 });
  expect(refused).toEqual(['connections.too_many']);
});

it('shows when the client has drained what still counts of what it could not take, the last about each alone', async () => {
  const { following, mailbox, written, shown, block, caughtUp } = await aLiveConnection();
  const show = (name: string, about?: string) =>
    following.ephemeral(new MailboxEvent(null, 'presence.changed', `"${name}"}`, about));
  show('before', '7');
  const open = block();
  show('old', '7');
  show('of another', '8');
  show('typing');
  show('new', '7');
  mailbox.push(1);
  following.wakeUp(wakeUp(1));
  expect([shown.length, written.length]).toEqual([1, 0]);
  open();
  await caughtUp(2);
  show('after', '7');
  const names = shown.map((json) => /"([^"]+)"\}$/.exec(json)?.[1]);
  expect([names, written]).toEqual([['before', 'new', 'of another', 'after'], ['1000-1']]);
});

it('hands over what it could not show to whoever lingers for it', async () => {
  const { following, block } = await aLiveConnection();
  block();
  following.ephemeral(new MailboxEvent(null, 'presence.changed', '"news"}', '7'));
  await following.close(20_000);
  const next = new Listener('1');
  handedOver?.endWith(next);
  expect(next.shown.map(({ about }) => about)).toEqual(['7']);
});
