import { Injectable } from '@nestjs/common';
import { ChatError, notFound } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { parseId } from '../platform/http/schemas.js';
import { isCurrent } from './broadcast-rules.js';
import { BroadcastsStore } from './broadcasts.store.js';
import { Publications } from './publications.js';

/** Shows a broadcast again to those who have not acknowledged it. */
@Injectable()
export class RemindBroadcast {
  constructor(
    private readonly store: BroadcastsStore,
    private readonly publications: Publications,
  ) {}

  /** Whoever is not connected is shown it with their next start in any case. Throws `broadcast.not_found`, `broadcast.not_remindable`. */
  async of(caller: Principal, broadcastId: string): Promise<void> {
    const id = parseId('broadcast', broadcastId);
    await this.publications.commit(async ({ manager, now, noteAction, bring }) => {
      const broadcast = await this.store.lock(manager, id);
      if (!broadcast) throw notFound('broadcast');
      if (!broadcast.requireAck || !isCurrent(broadcast, now)) throw notRemindable();
      await this.store.update(manager, id, { remindedAt: now });
      await noteAction(id, caller.userId, 'reminded');
      await bring(id, 'reminded');
    });
  }
}

const notRemindable = (): ChatError =>
  new ChatError(
    'conflict',
    'broadcast.not_remindable',
    'It is not current, or need not be acknowledged: there is nobody to be reminded.',
  );
