import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Authenticator } from '../auth/authenticator.js';
import { type Cursor, comparePositions, requireCursor } from '../mailbox/cursor.js';
import { Delivered } from '../offline/delivered.js';
import { ChatError } from '../platform/errors/chat-error.js';
import { type Command, command, nothing } from './command.js';
import type { Following } from './following.js';

/** What concerns the connection itself: what came over it, and how long it stands. */
@Injectable()
export class ConnectionCommands {
  readonly table: Readonly<Record<string, Command>>;

  constructor(delivered: Delivered, authenticator: Authenticator) {
    this.table = {
      'mailbox.ack': command({
        description: 'Everything up to the cursor has been delivered.',
        input: z.strictObject({ cursor: z.string() }),
        output: nothing,
        run: async ({ principal, following }, { cursor }) => {
          await delivered.upTo(principal.userId, notBeyond(requireCursor(cursor), following));
          return {};
        },
      }),
      'auth.refresh': command({
        description: 'Goes on with a newer access token of the same session.',
        input: z.strictObject({ token: z.string().max(4096) }),
        output: nothing,
        run: async ({ principal, connection }, { token }) => {
          const renewed = await authenticator.authenticate(token);
          if (renewed.sessionId !== principal.sessionId) {
            throw new ChatError('unauthenticated', 'auth.token_invalid', 'The token is of another session.');
          }
          connection.expireAt(renewed.expiresAt);
          return {};
        },
      }),
    };
  }
}

/** A client can't acknowledge what this connection has not written yet. */
function notBeyond(cursor: Cursor, following: Following): Cursor {
  if (cursor.kind === 'replay' || comparePositions(cursor.at, following.writtenUpTo) <= 0) return cursor;
  return { kind: 'mailbox', at: following.writtenUpTo };
}
