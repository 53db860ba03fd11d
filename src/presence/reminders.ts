import { Injectable } from '@nestjs/common';
import { MailboxService } from '../mailbox/mailbox.service.js';
import { Acquaintances } from '../users/acquaintances.js';
import type { Look } from './presence-look.js';
import type { PresenceReminder } from './presence.dto.js';

/** Reminds those who wish it that a contact of theirs has come or gone. */
@Injectable()
export class Reminders {
  constructor(
    private readonly acquaintances: Acquaintances,
    private readonly mailbox: MailboxService,
  ) {}

  /** Of those users among them who came or went, once for each look. */
  async of(looks: readonly Look[]): Promise<void> {
    const turned = looks.filter(({ hasTurned }) => hasTurned);
    if (turned.length === 0) return;
    const reminded = await this.acquaintances.remindedOf(turned.map(({ due }) => due.userId));
    for (const { due, told } of turned) {
      const data: PresenceReminder = { userId: due.userId, status: told.status };
      const userIds = [...(reminded.get(due.userId) ?? [])];
      if (userIds.length > 0) this.mailbox.show(userIds, { kind: 'event', type: 'presence.reminder', data });
    }
  }
}
