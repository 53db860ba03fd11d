import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isDuplicate } from '../platform/database/duplicate.js';
import { canonicalJson } from '../platform/http/canonical-json.js';
import type { Principal } from '../platform/http/principal.js';
import { IdGenerator } from '../platform/ids/snowflake.js';
import type { Broadcast } from './broadcast.entity.js';
import {
  endOf,
  requireRoom,
  requireShortBodies,
  requireTimes,
  toManagedView,
  toVariants,
} from './broadcast-rules.js';
import type { BroadcastView, CreateBroadcast as CreateBroadcastInput } from './broadcasts.dto.js';
import { BroadcastsStore } from './broadcasts.store.js';
import { Publications } from './publications.js';
import { PublishDue } from './publish-due.js';
import { References } from './references.js';

/** Sets up a broadcast, and publishes it at once where it has no later start. */
@Injectable()
export class CreateBroadcast {
  constructor(
    private readonly store: BroadcastsStore,
    private readonly references: References,
    private readonly publications: Publications,
    private readonly due: PublishDue,
    private readonly ids: IdGenerator,
  ) {}

  /**
   * Answered when it is durable, however many it is for; it reaches them afterwards. Throws `broadcast.too_long`,
   * `broadcast.too_many`, `request.invalid`, and what `References.require` throws.
   *
   * @param retryKey tells retries of the same request, as by an Idempotency-Key: they get the same one
   */
  async by(caller: Principal, input: CreateBroadcastInput, retryKey?: string): Promise<BroadcastView> {
    const creationKey = retryKey === undefined ? null : hashOf(caller, input, retryKey);
    const known = creationKey && (await this.store.findCreated(creationKey));
    if (known) return toManagedView(known);
    const now = await this.store.now();
    const broadcast = this.made(caller, input, now, creationKey);
    requireShortBodies(broadcast);
    requireTimes(broadcast, now);
    broadcast.attachments = (await this.references.require(caller, input)) ?? null;
    requireRoom(await this.store.countStanding());
    return toManagedView(await this.insert(broadcast));
  }

  private async insert(broadcast: Broadcast): Promise<Broadcast> {
    try {
      await this.publications.commit(async ({ manager, now, noteAction, bring }) => {
        const { id, authorId } = broadcast;
        await noteAction(id, authorId, 'created');
        if (broadcast.attachments) await this.references.hold(manager, id, broadcast.attachments);
        if (broadcast.dueAt === null) {
          broadcast.publishedAt = now;
          await noteAction(id, authorId, 'published');
          broadcast.number = await bring(id, 'published');
        }
        await this.store.insert(manager, broadcast);
      });
    } catch (error) {
      const other = isDuplicate(error) && broadcast.creationKey;
      const first = other && (await this.store.findCreated(other));
      if (!first) throw error;
      return first;
    }
    this.due.plan(broadcast);
    return broadcast;
  }

  private made(
    { userId }: Principal,
    { startsAt, expiresAt, ...input }: CreateBroadcastInput,
    now: Date,
    creationKey: Buffer | null,
  ): Broadcast {
    const start = startsAt ? new Date(startsAt) : null;
    const end = expiresAt ? new Date(expiresAt) : null;
    return {
      id: this.ids.next(),
      authorId: userId,
      title: input.title ?? null,
      body: input.body,
      variants: toVariants(input.variants),
      level: input.level ?? 'info',
      link: input.link ?? null,
      attachments: null,
      requireAck: input.requireAck ?? false,
      audience: input.audience,
      isFixed: input.isFixed ?? false,
      isForConnected: input.isForConnected ?? false,
      startsAt: start,
      expiresAt: end,
      dueAt: start && start > now ? start : null,
      number: null,
      publishedAt: null,
      recalledAt: null,
      remindedAt: null,
      endsAt: endOf({ expiresAt: end }),
      deliveredCount: 0,
      acknowledgedCount: 0,
      creationKey,
      createdAt: now,
      updatedAt: now,
    };
  }
}

const hashOf = ({ userId }: Principal, input: CreateBroadcastInput, retryKey: string): Buffer =>
  createHash('sha256')
    .update(canonicalJson(['broadcast', userId, retryKey, input]))
    .digest();
