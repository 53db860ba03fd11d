import { Injectable } from '@nestjs/common';
import { AcknowledgementStore } from './acknowledgement.store.js';
import {
  AFTER_CONVERSATIONS,
  type Cursor,
  type Position,
  type ReplayPosition,
  comparePositions,
  parsePosition,
} from './cursor.js';
import { MailboxStore } from './mailbox.store.js';

/** What a cursor acknowledges: per conversation all messages up to a seq, and broadcasts. */
export interface Acknowledged {
  readonly seqs: ReadonlyMap<string, number>;
  readonly broadcastIds: readonly string[];
  /** To be called once that is durable: what was acknowledged need not be looked at again. */
  readonly confirm: () => Promise<void>;
}

const PAGE = 1_000;
const NOTHING: Acknowledged = { seqs: new Map(), broadcastIds: [], confirm: () => Promise.resolve() };
/** Before a broadcast's id, in the place of a conversation's. */
const BROADCAST = 'b';
/** Before the id of a broadcast that was skipped, in the place of a replay's. */
const HIDDEN = 'hidden';
/** The field of a replay that was written whole; the others are `<replay>:<conversation or broadcast>`. */
const isWhole = (field: string): boolean => !field.includes(':');

/**
 * Turns cursors back into what was delivered. Only what stands in the mailbox, or was noted of a replay, can be
 * acknowledged: a forged cursor acknowledges nothing that was not written.
 */
@Injectable()
export class Acknowledgements {
  constructor(
    private readonly store: MailboxStore,
    private readonly notes: AcknowledgementStore,
  ) {}

  async of(userId: string, cursor: Cursor): Promise<Acknowledged> {
    return cursor.kind === 'replay' ? this.ofReplay(userId, cursor.at) : this.ofMailbox(userId, cursor.at);
  }

  /** Notes that a replay is about to write a conversation up to a seq. */
  async noteReplayed(userId: string, replayId: string, conversationId: string, seq: number): Promise<void> {
    await this.notes.noteReplay(userId, { [`${replayId}:${conversationId}`]: seq });
  }

  /** Likewise broadcasts, by the numbers of their casts, in whose order they are written. */
  async noteReplayedBroadcasts(
    userId: string,
    replayId: string,
    broadcasts: readonly { readonly id: string; readonly number: number }[],
  ): Promise<void> {
    if (broadcasts.length === 0) return;
    const fields = broadcasts.map(({ id, number }) => [`${replayId}:${BROADCAST}${id}`, number]);
    await this.notes.noteReplay(userId, Object.fromEntries(fields) as Record<string, number>);
  }

  /** Notes broadcasts that stand in the mailbox and were not shown, so that passing them acknowledges nothing. */
  async noteHidden(userId: string, broadcastIds: readonly string[]): Promise<void> {
    if (broadcastIds.length === 0) return;
    await this.notes.noteReplay(userId, Object.fromEntries(broadcastIds.map((id) => [`${HIDDEN}:${id}`, 1])));
  }

  /** Notes that a replay was written whole: a later position of the mailbox acknowledges all of it. */
  async noteReplayEnd(userId: string, replayId: string, tail: Position): Promise<void> {
    await this.notes.noteReplay(userId, { [replayId]: `${tail.ms}-${tail.n}` });
  }

  private async ofMailbox(userId: string, at: Position): Promise<Acknowledged> {
    // A position that was never given out says nothing of what was written.
    const tail = await this.store.tail(userId);
    if (!tail || comparePositions(at, tail) > 0) return NOTHING;
    const before = await this.notes.acknowledged(userId);
    const noted = Object.entries(await this.notes.replays(userId));
    const { seqs, broadcastIds, fields } = wholeReplays(noted, at);
    const forget = (): Promise<void> => this.notes.forgetReplays(userId, fields);
    if (before && comparePositions(at, before) <= 0)
      return fields.length > 0 ? { seqs, broadcastIds: [...broadcastIds], confirm: forget } : NOTHING;
    const hidden = new Set(noted.map(([field]) => field).filter((field) => field.startsWith(`${HIDDEN}:`)));
    let last: Position | undefined = before;
    for (;;) {
      const page = await this.store.range(userId, last, at, PAGE);
      for (const { reference } of page) {
        if (reference?.type === 'message.created') raise(seqs, reference.conversationId, reference.seq);
        if (reference?.type !== 'broadcast.published') continue;
        const field = `${HIDDEN}:${reference.subject}`;
        if (hidden.has(field)) fields.push(field);
        else broadcastIds.add(reference.subject);
      }
      last = page.at(-1)?.position ?? last;
      if (page.length < PAGE) break;
    }
    const confirm = async (): Promise<void> => {
      if (last && last !== before) await this.notes.setAcknowledged(userId, last);
      await forget();
    };
    return { seqs, broadcastIds: [...broadcastIds], confirm };
  }

  /** Conversations come in id order: those before the cursor's were written whole; then broadcasts, by their numbers. */
  private async ofReplay(userId: string, at: ReplayPosition): Promise<Acknowledged> {
    const noted = Object.entries(await this.notes.replays(userId)).filter(([field]) =>
      field.startsWith(`${at.replayId}:`),
    );
    const seqs = new Map<string, number>();
    const broadcastIds: string[] = [];
    const done: string[] = [];
    for (const [field, text] of noted) {
      const id = field.slice(at.replayId.length + 1);
      if (id.startsWith(BROADCAST)) {
        if (at.conversationId !== AFTER_CONVERSATIONS || Number(text) > at.seq) continue;
        broadcastIds.push(id.slice(BROADCAST.length));
        done.push(field);
        continue;
      }
      const order = BigInt(id) - BigInt(at.conversationId);
      if (order > 0n) continue;
      seqs.set(id, order < 0n ? Number(text) : Math.min(Number(text), at.seq));
      if (order < 0n) done.push(field);
    }
    return { seqs, broadcastIds, confirm: () => this.notes.forgetReplays(userId, done) };
  }
}

/** What the replays brought that were written whole before a position. */
function wholeReplays(
  noted: readonly [field: string, text: string][],
  at: Position,
): { seqs: Map<string, number>; broadcastIds: Set<string>; fields: string[] } {
  const isPassed = (tail: string): boolean => comparePositions(parsePosition(tail), at) <= 0;
  const whole = new Set(
    noted.filter(([field, tail]) => isWhole(field) && isPassed(tail)).map(([field]) => field),
  );
  const fields = noted.filter(([field]) => whole.has(field.split(':')[0] ?? ''));
  const seqs = new Map<string, number>();
  const broadcastIds = new Set<string>();
  for (const [field, text] of fields) {
    const [, id = ''] = field.split(':');
    if (id.startsWith(BROADCAST)) broadcastIds.add(id.slice(BROADCAST.length));
    else if (id !== '') raise(seqs, id, Number(text));
  }
  return { seqs, broadcastIds, fields: fields.map(([field]) => field) };
}

function raise(seqs: Map<string, number>, conversationId: string, seq: number): void {
  if (seq > (seqs.get(conversationId) ?? 0)) seqs.set(conversationId, seq);
}
