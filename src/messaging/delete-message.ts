import { Injectable } from '@nestjs/common';
import { HeldFilesStore } from '../ledger/held-files.store.js';
import { MessageStore } from '../ledger/message.store.js';
import type { OpenChange } from '../ledger/open-change.js';
import type { StoredMessage } from '../ledger/stored-message.js';
import { type MessageChange, MessageChanges, type Target } from './message-changes.js';
import { MessageHistoryStore } from './message-history.store.js';
import { requireDeletable, tombstone } from './message-rules.js';

/** `message.delete`, by REST and by Socket.IO. */
@Injectable()
export class DeleteMessage {
  constructor(
    private readonly changes: MessageChanges,
    private readonly history: MessageHistoryStore,
    private readonly messages: MessageStore,
    private readonly heldFiles: HeldFilesStore,
  ) {}

  /** Leaves a tombstone; text, files, edits, reactions and metadata are gone. In a thread its root counts one less. Again changes nothing. Throws `message.not_allowed`. */
  async of(target: Target): Promise<void> {
    await this.changes.apply(target, async (message, change) => {
      requireDeletable(target.caller, message, change.members.roleOf(target.caller.userId));
      if (message.deletedAt) return undefined;
      await this.history.forget(change.manager, message.conversationId, message.seq);
      await this.heldFiles.release(change.manager, message);
      const further = await this.shrunkThread(message, change);
      return { message: tombstone(message, change.at), type: 'message.deleted', further };
    });
  }

  /** A thread counts the replies that are not deleted. */
  private async shrunkThread(
    { conversationId, threadOf }: StoredMessage,
    { manager }: OpenChange,
  ): Promise<MessageChange[]> {
    const root = threadOf === null ? undefined : await this.messages.find(manager, conversationId, threadOf);
    if (!root) return [];
    return [{ message: { ...root, threadCount: root.threadCount - 1 }, type: 'message.updated' }];
  }
}
