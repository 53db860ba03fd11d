import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AcknowledgeBroadcast } from '../broadcast/acknowledge-broadcast.js';
import { markReadCommandSchema } from '../messaging/messages.dto.js';
import { ReceiptsService } from '../messaging/receipts/receipts.service.js';
import { typingCommandSchema } from '../messaging/typing/typing.dto.js';
import { TypingService } from '../messaging/typing/typing.service.js';
import { idInputSchema } from '../platform/http/schemas.js';
import { type Command, command, nothing } from './command.js';

/** What a client does besides saying something: it reads, takes note, types. */
@Injectable()
export class AttentionCommands {
  readonly table: Readonly<Record<string, Command>>;

  constructor(receipts: ReceiptsService, typing: TypingService, acknowledgement: AcknowledgeBroadcast) {
    this.table = {
      'conversation.read': command({
        description: 'I have read all messages up to a seq.',
        input: markReadCommandSchema,
        output: nothing,
        run: async ({ principal }, { conversationId, seq }) => {
          await receipts.markRead(principal, conversationId, seq);
          return {};
        },
      }),
      'typing.start': command({
        description: 'I type. Ends by itself 5 s after the last one, or when I send a message.',
        input: typingCommandSchema,
        output: nothing,
        run: async ({ principal }, { conversationId }) => {
          await typing.start(principal, conversationId);
          return {};
        },
      }),
      'typing.stop': command({
        description: 'I have stopped typing.',
        input: typingCommandSchema,
        output: nothing,
        run: async ({ principal }, { conversationId }) => {
          await typing.stop(principal, conversationId);
          return {};
        },
      }),
      'broadcast.acknowledge': command({
        description: 'I have taken note of an announcement.',
        input: z.strictObject({ id: idInputSchema }),
        output: nothing,
        run: async ({ principal }, { id }) => {
          await acknowledgement.of(principal, id);
          return {};
        },
      }),
    };
  }
}
