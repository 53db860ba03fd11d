import { Injectable } from '@nestjs/common';
import type { Position, ReplayMode } from '../mailbox/cursor.js';
import { MailboxService } from '../mailbox/mailbox.service.js';
import type { Reference } from '../mailbox/reference.js';
import type { Missed } from '../messaging/missed.store.js';
import { MissedMessages } from '../messaging/missed-messages.js';
import type { Planned } from './replay-plan.js';

/** Entries that are read at a time. */
const PAGE = 200;
/** Milliseconds for which a replay waits at most for what is on its way to the mailboxes. */
const SETTLE_MS = 400;
const LOOK_AGAIN_MS = 50;

/**
 * What a mailbox brings after its tail in any case is no replay's to bring: whoever breaks off just after it, and resumes in
 * the mailbox, would get it twice.
 */
@Injectable()
export class StillComing {
  constructor(
    private readonly mailbox: MailboxService,
    private readonly messages: MissedMessages,
  ) {}

  /**
   * What is missed, without what comes after the tail. The tail must have been noted before it was asked what is missed. What
   * was committed by then and is on its way to the mailbox is waited for, but briefly: what comes later comes twice.
   */
  async without(
    { userId, mode, tail }: { readonly userId: string; readonly mode: ReplayMode; readonly tail: Position },
    missed: readonly Missed[],
  ): Promise<Planned[]> {
    if (missed.length === 0) return [];
    await this.settled(missed);
    const coming = await this.after(userId, tail);
    return missed.flatMap((one) => withoutComing(one, coming.get(one.conversationId) ?? [], mode) ?? []);
  }

  /** Resolves when all that is missed has come to the mailboxes, or soon. */
  private async settled(missed: readonly Missed[]): Promise<void> {
    const giveUpAt = performance.now() + SETTLE_MS;
    while (performance.now() < giveUpAt && (await this.messages.areOnTheirWay(missed)))
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }

  /** The numbered changes after a position, by conversation. */
  private async after(userId: string, tail: Position): Promise<ReadonlyMap<string, Reference[]>> {
    const coming = new Map<string, Reference[]>();
    let at = tail;
    for (;;) {
      const page = await this.mailbox.read(userId, at, PAGE);
      // Whoever follows this mailbox will find the same, and begin anew.
      if (page.kind === 'gap') return new Map();
      for (const { reference } of page.entries) {
        if (!reference || reference.rev === 0) continue;
        const known = coming.get(reference.conversationId);
        if (known) known.push(reference);
        else coming.set(reference.conversationId, [reference]);
      }
      at = page.entries.at(-1)?.position ?? at;
      if (page.entries.length < PAGE) return coming;
    }
  }
}

/**
 * What is missed of a conversation, without what still comes; undefined where that is nothing. Only where all messages from
 * the first of them on come: after a loss of Redis some are brought to the mailboxes again, and others are not. Other changes
 * likewise, where each rev comes. What whoever takes up a replay holds already counts neither as missed nor as coming.
 */
export function withoutComing(
  missed: Planned,
  coming: readonly Reference[],
  mode: ReplayMode,
): Planned | undefined {
  const isCreation = ({ type }: Reference): boolean => type === 'message.created';
  const lastHeld = coming.findLast((change) => isCreation(change) && change.seq <= missed.afterSeq);
  const heldRev = Math.max(missed.sinceRev, missed.joinedRev, lastHeld?.rev ?? 0);
  const later = coming.filter(({ rev }) => rev > heldRev && rev <= missed.rev);
  const messages = later.filter(isCreation);
  const [first] = messages;
  if (missed.end || (first && messages.length < missed.toSeq - first.seq + 1)) return missed;
  const firstRev = mode === 'changes' ? later[0]?.rev : undefined;
  const isRestComing =
    firstRev !== undefined && new Set(later.map(({ rev }) => rev)).size > missed.rev - firstRev;
  const comingFromRev = isRestComing ? firstRev : first?.rev;
  if (comingFromRev === undefined) return missed;
  const toSeq = first ? first.seq - 1 : missed.toSeq;
  if (mode === 'pool' && toSeq <= missed.afterSeq) return undefined;
  return { ...missed, toSeq, comingFromRev, ...(isRestComing && { isRestComing }) };
}
