import { expect, it } from 'vitest';
import { MailboxEvent } from '../../../src/mailbox/event.js';
import { PollDoor } from '../../../src/transport/poll-door.js';

const event = (n: number, characters: number) =>
  new MailboxEvent(`1-${n}`, 'message.created', 'x'.repeat(characters));

it('answers when it holds enough characters, long before its limit of events, and takes no more', async () => {
  const door = new PollDoor(1000, 1000, true);
  door.ready({ userId: '1', sessionId: '2', cursor: '1-0', resumed: true });
  for (const n of [1, 2, 3, 4]) if (!door.isBlocked) door.write(event(n, 400));
  const polled = await door.answered;
  expect(polled).toMatchObject({ kind: 'events', cursor: '1-3' });
  expect(polled.kind === 'events' && polled.events).toHaveLength(3);
});
