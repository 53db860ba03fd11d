import { Injectable } from '@nestjs/common';
import type { BroadcastView } from '../broadcast/broadcasts.dto.js';
import { BroadcastReceipts } from '../broadcast/broadcast-receipts.js';
import { type Announced, MyBroadcasts } from '../broadcast/my-broadcasts.js';
import { Acknowledgements } from '../mailbox/acknowledgements.js';
import type { Position } from '../mailbox/cursor.js';
import { MailboxService } from '../mailbox/mailbox.service.js';
import type { Reference } from '../mailbox/reference.js';

/** Entries that are read at a time. */
const PAGE = 200;

/** Broadcasts on their way to one user who comes: from MySQL what the mailbox will not bring, and nothing twice. */
@Injectable()
export class Announcements {
  constructor(
    private readonly mine: MyBroadcasts,
    private readonly receipts: BroadcastReceipts,
    private readonly mailbox: MailboxService,
    private readonly acknowledgements: Acknowledgements,
  ) {}

  /** Current ones that no device has, or that wait to be acknowledged; without those that come after the tail. */
  async pool(userId: string, tail: Position): Promise<Announced[]> {
    return this.notComing(userId, tail, await this.mine.undelivered(userId));
  }

  /**
   * What somebody may have missed who has seen the mailbox up to a position, or nothing; likewise. What they have seen
   * counts as delivered: the mailbox that would say so is gone.
   */
  async since(userId: string, position: Position | undefined, tail: Position): Promise<Announced[]> {
    if (position) await this.receipts.delivered(userId, await this.mine.hadBy(userId, position));
    return this.notComing(userId, tail, await this.mine.missedSince(userId, position));
  }

  /** Current ones, as the user sees them; likewise. With the cursor of the tail the user says that they have come. */
  async current(userId: string, replayId: string, tail: Position): Promise<BroadcastView[]> {
    const announced = await this.notComing(userId, tail, await this.mine.current(userId));
    // Read after it was decided: what was recalled meanwhile will not be recalled for this one.
    const views = await this.mine.shown(userId, announced);
    const written = announced.filter((_, i) => views[i] !== undefined);
    await this.noteWritten(userId, replayId, written);
    if (written.length > 0) await this.acknowledgements.noteReplayEnd(userId, replayId, tail);
    return views.filter((view) => view !== undefined);
  }

  /** As they are now; undefined for what is not shown any more. */
  shown(userId: string, announced: readonly Announced[]): Promise<(BroadcastView | undefined)[]> {
    return this.mine.shown(userId, announced);
  }

  /** Notes that a replay is about to write these. */
  async noteWritten(userId: string, replayId: string, written: readonly Announced[]): Promise<void> {
    const published = written.filter(({ kind }) => kind === 'published');
    await this.acknowledgements.noteReplayedBroadcasts(userId, replayId, published);
  }

  /** What each event shows now, in their order; undefined for what is not shown any more, and for its later changes. */
  async dataOf(userId: string, references: readonly Reference[]): Promise<unknown[]> {
    const announcements = references.map(({ type, subject: id }) => ({
      id,
      kind: kindOf(type) ?? 'updated',
    }));
    const views = announcements.length === 0 ? [] : await this.mine.shown(userId, announcements);
    const hidden = new Set<string>();
    const data = announcements.map(({ id, kind }, i) => {
      if (kind === 'published' && views[i] === undefined) hidden.add(id);
      return views[i] && !hidden.has(id) ? { broadcast: views[i] } : undefined;
    });
    await this.acknowledgements.noteHidden(userId, [...hidden]);
    return data;
  }

  /** What the mailbox brings after its tail, now or as soon as its cast gets there, is left to it. */
  private async notComing<T extends Announced>(
    userId: string,
    tail: Position,
    announced: readonly T[],
  ): Promise<T[]> {
    const coming = new Set<string>();
    let cast = Infinity;
    let at = tail;
    let isRead = announced.length === 0;
    while (!isRead) {
      const page = await this.mailbox.read(userId, at, PAGE);
      // Whoever follows this mailbox will find the same, and begin anew.
      if (page.kind === 'gap') break;
      for (const { reference } of page.entries)
        if (reference && kindOf(reference.type)) coming.add(`${kindOf(reference.type)} ${reference.subject}`);
      cast = page.cast;
      at = page.entries.at(-1)?.position ?? at;
      isRead = page.entries.length < PAGE;
    }
    return announced.filter(({ id, kind, number }) => number <= cast && !coming.has(`${kind} ${id}`));
  }
}

function kindOf(type: Reference['type']): Announced['kind'] | undefined {
  switch (type) {
    case 'broadcast.published':
      return 'published';
    case 'broadcast.updated':
      return 'updated';
    case 'broadcast.recalled':
      return 'recalled';
    default:
      return undefined;
  }
}
