import { Injectable } from '@nestjs/common';
import { DeleteMessage } from '../messaging/delete-message.js';
import { EditMessage } from '../messaging/edit-message.js';
import {
  editMessageCommandSchema,
  messageKeyCommandSchema,
  messageResponseSchema,
  reactionCommandSchema,
  sendMessageCommandSchema,
} from '../messaging/messages.dto.js';
import { React } from '../messaging/react.js';
import { SendMessage } from '../messaging/send-message.js';
import { type Command, command, nothing } from './command.js';

/** What a client says: messages and reactions. */
@Injectable()
export class MessageCommands {
  readonly table: Readonly<Record<string, Command>>;

  constructor(
    sendMessage: SendMessage,
    editMessage: EditMessage,
    deleteMessage: DeleteMessage,
    react: React,
  ) {
    this.table = {
      'message.send': command({
        description: 'Sends a message into a conversation, or to a user. Acknowledged when it is durable.',
        input: sendMessageCommandSchema,
        output: messageResponseSchema,
        run: async ({ principal }, input) => {
          if ('to' in input) return { message: (await sendMessage.to(principal, input)).message };
          const { conversationId, ...message } = input;
          return { message: (await sendMessage.into(principal, conversationId, message)).message };
        },
      }),
      'message.edit': command({
        description: 'Changes the text of a message of mine.',
        input: editMessageCommandSchema,
        output: messageResponseSchema,
        run: async ({ principal: caller }, { conversationId, seq, ...input }) => ({
          message: await editMessage.to({ caller, conversationId, seq }, input),
        }),
      }),
      'message.delete': command({
        description: 'Deletes a message; a tombstone stays.',
        input: messageKeyCommandSchema,
        output: nothing,
        run: async ({ principal: caller }, key) => {
          await deleteMessage.of({ caller, ...key });
          return {};
        },
      }),
      'reaction.add': command({
        description: 'Sets an emoji under a message.',
        input: reactionCommandSchema,
        output: nothing,
        run: async ({ principal: caller }, { emoji, ...key }) => {
          await react.add({ caller, ...key }, emoji);
          return {};
        },
      }),
      'reaction.remove': command({
        description: 'Takes an emoji of mine away.',
        input: reactionCommandSchema,
        output: nothing,
        run: async ({ principal: caller }, { emoji, ...key }) => {
          await react.remove({ caller, ...key }, emoji);
          return {};
        },
      }),
    };
  }
}
