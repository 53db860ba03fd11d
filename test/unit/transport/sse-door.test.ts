import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { MailboxEvent } from '../../../src/mailbox/event.js';
import { unavailable } from '../../../src/platform/errors/chat-error.js';
import { SseDoor } from '../../../src/transport/sse-door.js';

const event = new MailboxEvent('1-0', 'message.created', '"type":"message.created","data":{}}');

it.each([
  { kind: 'revoked', reason: 'logout' },
  { kind: 'draining', reconnectAfterMs: 700 },
] as const)(
  'a stream that has ended ($kind) takes nothing more, and acknowledges nothing',
  async (ending) => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    const errors: unknown[] = [];
    response.on('error', (error) => errors.push(error));
    let acknowledged = 0;
    const door = new SseDoor(response, 1_000, '900', () => (acknowledged += 1));
    door.write(event);
    door.end(ending);
    const written = response.writableLength;
    // The peer has not taken the end yet: the loop goes on, and so may whoever ends connections.
    door.write(event);
    door.beat();
    door.ready({ userId: '200', sessionId: '900', cursor: '1-0', resumed: true });
    door.caughtUp();
    door.end({ kind: 'draining', reconnectAfterMs: 700 });
    door.refuse(unavailable('Later.'));
    await new Promise((resolve) => setImmediate(resolve));
    expect([errors, response.writableLength, acknowledged]).toEqual([[], written, 0]);
  },
);
