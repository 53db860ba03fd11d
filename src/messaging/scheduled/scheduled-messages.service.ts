import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Memberships } from '../../conversations/memberships.js';
import { isDuplicate } from '../../platform/database/duplicate.js';
import { notFound } from '../../platform/errors/chat-error.js';
import { canonicalJson } from '../../platform/http/canonical-json.js';
import { readCursor, toPage } from '../../platform/http/page.js';
import type { Principal } from '../../platform/http/principal.js';
import { parseId } from '../../platform/http/schemas.js';
import { IdGenerator } from '../../platform/ids/snowflake.js';
import { ComposeMessage } from '../compose-message.js';
import type { ScheduledMessage } from './scheduled-message.entity.js';
import { formatPageKey, pageKeySchema, parsePageKey } from './scheduled-page-key.js';
import {
  type RescheduleMessage,
  type ScheduleMessage,
  type ScheduledMessagePage,
  type ScheduledMessageView,
  type ScheduledMessagesQuery,
  toScheduledMessageView,
} from './scheduled-messages.dto.js';
import { ScheduledMessagesStore } from './scheduled-messages.store.js';
import { notPending, requireRoom, requireSendAt } from './scheduled-rules.js';
import { SendScheduled } from './send-scheduled.js';

/** A user's messages for later. Membership is judged now, and again when they are due. */
@Injectable()
export class ScheduledMessagesService {
  constructor(
    private readonly store: ScheduledMessagesStore,
    private readonly memberships: Memberships,
    private readonly compose: ComposeMessage,
    private readonly sending: SendScheduled,
    private readonly ids: IdGenerator,
  ) {}

  /**
   * Throws `scheduled_message.too_many`, what `Memberships.require` throws, and what a send of it would be refused with
   * before the conversation is looked at.
   *
   * @param retryKey tells retries of the same request, as by an Idempotency-Key: they get the same one
   */
  async create(caller: Principal, input: ScheduleMessage, retryKey?: string): Promise<ScheduledMessageView> {
    const creationKey = retryKey === undefined ? null : hashOf(caller, input, retryKey);
    const known = creationKey && (await this.store.findCreated(creationKey));
    if (known) return toScheduledMessageView(known);
    const { userId } = caller;
    const { conversationId } = await this.memberships.require(caller, input.conversationId);
    const now = new Date();
    const sendAt = new Date(input.sendAt);
    requireSendAt(sendAt, now);
    await this.compose.content({ caller, input: input.message });
    requireRoom(await this.store.countStanding(userId));
    const scheduled: ScheduledMessage = {
      id: this.ids.next(),
      userId,
      conversationId,
      status: 'pending',
      sendAt,
      dueAt: sendAt,
      message: JSON.stringify(input.message),
      seq: null,
      problem: null,
      attempts: 0,
      creationKey,
      createdAt: now,
      updatedAt: now,
    };
    return toScheduledMessageView(await this.insert(scheduled));
  }

  /** Those that wait, are being sent or were refused, soonest first. */
  async list(
    { userId }: Principal,
    { conversationId, limit, cursor }: ScheduledMessagesQuery,
  ): Promise<ScheduledMessagePage> {
    const id = conversationId === undefined ? undefined : parseId('conversation', conversationId);
    const key = readCursor(cursor, pageKeySchema);
    const after = key === undefined ? undefined : parsePageKey(key);
    const rows = await this.store.findStanding(userId, id, after, limit + 1);
    return toPage(rows, limit, formatPageKey, toScheduledMessageView);
  }

  /** Throws `scheduled_message.not_found`. */
  async get(caller: Principal, id: string): Promise<ScheduledMessageView> {
    return toScheduledMessageView(await this.find(caller, id));
  }

  /** One that was refused waits again. Throws `scheduled_message.not_pending`, and what `create` throws. */
  async change(caller: Principal, id: string, change: RescheduleMessage): Promise<ScheduledMessageView> {
    const before = await this.find(caller, id);
    const sendAt = change.sendAt === undefined ? before.sendAt : new Date(change.sendAt);
    requireSendAt(sendAt, new Date());
    if (change.message) await this.compose.content({ caller, input: change.message });
    const message = change.message ? JSON.stringify(change.message) : before.message;
    if (!(await this.store.reschedule(before, { sendAt, message }))) throw notPending();
    await this.sending.prepare({ id: before.id, sendAt, message });
    return this.get(caller, id);
  }

  /** Cancelling again changes nothing. Throws `scheduled_message.not_pending`. */
  async cancel(caller: Principal, id: string): Promise<void> {
    const { id: known, status } = await this.find(caller, id);
    if (status !== 'cancelled' && !(await this.store.cancel(known, caller.userId))) throw notPending();
  }

  private async insert(scheduled: ScheduledMessage): Promise<ScheduledMessage> {
    try {
      await this.store.insert(scheduled);
    } catch (error) {
      const other = isDuplicate(error) && scheduled.creationKey;
      const first = other && (await this.store.findCreated(other));
      if (!first) throw error;
      return first;
    }
    await this.sending.prepare(scheduled);
    return scheduled;
  }

  private async find({ userId }: Principal, id: string): Promise<ScheduledMessage> {
    const found = await this.store.find(parseId('scheduled_message', id), userId);
    if (!found) throw notFound('scheduled_message');
    return found;
  }
}

const hashOf = ({ userId }: Principal, input: ScheduleMessage, retryKey: string): Buffer =>
  createHash('sha256')
    .update(canonicalJson([userId, retryKey, input]))
    .digest();
