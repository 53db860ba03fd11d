import { Injectable } from '@nestjs/common';
import type { LocalConnection } from '../mailbox/attachments.js';
import { MailboxService } from '../mailbox/mailbox.service.js';
import { Whereabouts } from '../mailbox/whereabouts.js';
import { invalid, outcomeUnknown, unavailable } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { WordFilter } from '../word-filter/word-filter.js';
import { type StoredPresence, choiceOf, unspokenOf } from './presence-rules.js';
import type { PresenceView, SetPresence } from './presence.dto.js';
import { PresenceStore } from './presence.store.js';
import { Presences } from './presences.js';

type Said = Parameters<PresenceStore['say']>[1];

/** What users say of themselves, and of the device that they are at. */
@Injectable()
export class ChangePresence {
  constructor(
    private readonly store: PresenceStore,
    private readonly presences: Presences,
    private readonly whereabouts: Whereabouts,
    private readonly filter: WordFilter,
    private readonly mailbox: MailboxService,
  ) {}

  /**
   * The last that was said counts, on whichever device. `away` is said of one connection, where it comes over one; by
   * REST of all that the session has. Others are told soon; the user's own connections are told what was changed for all
   * of them. Throws `word_filter.refused`, and `service.unavailable` while Redis is away.
   */
  async to(caller: Principal, input: SetPresence, connection?: LocalConnection): Promise<PresenceView> {
    const { userId, sessionId } = caller;
    const said = this.read(input);
    if (!this.whereabouts.isReachable) throw unavailable('Redis is away: nobody knows who is there.');
    const before = (await this.store.findMany([userId])).get(userId) ?? unspokenOf(userId);
    const isChanged = differs(before, said);
    if (isChanged) await this.store.say(userId, said);
    const isIdle = input.status === 'away';
    try {
      await this.whereabouts.note({ userId, sessionId, connectionId: connection?.connectionId }, isIdle);
    } catch (error) {
      throw outcomeUnknown(error);
    }
    if (connection) connection.isIdle = isIdle;
    const own = await this.presences.own(caller);
    if (isChanged) this.tellOwn(own);
    return own;
  }

  private read({ status, statusText, statusTextUntil = null, showsLastSeen }: SetPresence): Said {
    const until = statusTextUntil === null ? null : new Date(statusTextUntil);
    if (until && until <= new Date()) throw misplaced('must be in the future');
    if (until && !statusText?.trim()) throw misplaced('goes with a text');
    return {
      status: choiceOf(status),
      ...(statusText !== undefined && {
        statusText: statusText?.trim() ? this.filter.clean('statusText', statusText) : null,
        statusTextUntil: until,
      }),
      ...(showsLastSeen !== undefined && { showsLastSeen }),
    };
  }

  private tellOwn({ userId, status, statusText, lastSeenAt }: PresenceView): void {
    const data = { userId, status, statusText, lastSeenAt };
    this.mailbox.show([userId], { kind: 'event', type: 'presence.changed', data });
  }
}

const misplaced = (message: string) =>
  invalid('The request does not have the right form.', [{ path: 'statusTextUntil', message }]);

const differs = (before: StoredPresence, said: Said): boolean =>
  before.status !== said.status ||
  ('statusText' in said && before.statusText !== said.statusText) ||
  ('statusTextUntil' in said && before.statusTextUntil?.getTime() !== said.statusTextUntil?.getTime()) ||
  ('showsLastSeen' in said && before.showsLastSeen !== said.showsLastSeen);
