import { Injectable } from '@nestjs/common';
import { ChatError, notFound } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { parseId } from '../platform/http/schemas.js';
import type { Broadcast } from './broadcast.entity.js';
import {
  endOf,
  isPublished,
  requireShortBodies,
  requireTimes,
  toManagedView,
  toVariants,
} from './broadcast-rules.js';
import type { BroadcastView, ChangeBroadcast as ChangeBroadcastInput } from './broadcasts.dto.js';
import { BroadcastsStore } from './broadcasts.store.js';
import { Publications } from './publications.js';
import { PublishDue } from './publish-due.js';
import { References } from './references.js';

/** Changes a broadcast or takes it back, before it is published and after. */
@Injectable()
export class ChangeBroadcast {
  constructor(
    private readonly store: BroadcastsStore,
    private readonly references: References,
    private readonly publications: Publications,
    private readonly due: PublishDue,
  ) {}

  /**
   * Whoever has it is shown it as it is then. Throws `broadcast.not_found`, `broadcast.recalled`, `broadcast.published`
   * where whom or when it is for is to change too late, and what creating it throws.
   */
  async to(caller: Principal, broadcastId: string, input: ChangeBroadcastInput): Promise<BroadcastView> {
    const id = parseId('broadcast', broadcastId);
    requireShortBodies({ body: input.body ?? '', variants: toVariants(input.variants) });
    const before = await this.store.find(id);
    const attachments = await this.references.require(caller, input, before ?? undefined);
    const changed = await this.publications.commit(async ({ manager, now, noteAction, bring }) => {
      const present = await this.lock(manager, id);
      if (present.recalledAt) throw gone();
      if (isPublished(present)) requireContentOnly(input);
      const change = changeOf(present, input, attachments, now);
      if (input.startsAt !== undefined || input.expiresAt !== undefined)
        requireTimes({ startsAt: change.startsAt ?? null, expiresAt: change.expiresAt ?? null }, now);
      await this.store.update(manager, id, change);
      if (attachments !== undefined) await this.references.hold(manager, id, attachments);
      await noteAction(id, caller.userId, 'changed');
      if (isPublished(present)) await bring(id, 'updated');
      else if (change.dueAt === null) {
        await noteAction(id, caller.userId, 'published');
        await this.store.update(manager, id, { publishedAt: now, number: await bring(id, 'published') });
      }
      return change;
    });
    this.due.plan({ id, dueAt: changed.dueAt ?? null });
    const after = await this.store.find(id);
    if (!after) throw notFound('broadcast');
    return toManagedView(after);
  }

  /** Takes it away from all who have it, with its files, and from all who have not got it yet. Again changes nothing. Throws `broadcast.not_found`. */
  async recall(caller: Principal, broadcastId: string): Promise<void> {
    const id = parseId('broadcast', broadcastId);
    await this.publications.commit(async ({ manager, now, noteAction, bring }) => {
      const before = await this.lock(manager, id);
      if (before.recalledAt) return;
      await this.store.update(manager, id, { recalledAt: now, endsAt: now, dueAt: null, updatedAt: now });
      await this.references.hold(manager, id, null);
      await noteAction(id, caller.userId, isPublished(before) ? 'recalled' : 'cancelled');
      if (isPublished(before)) await bring(id, 'recalled');
    });
  }

  private async lock(manager: Parameters<BroadcastsStore['lock']>[0], id: string): Promise<Broadcast> {
    const found = await this.store.lock(manager, id);
    if (!found) throw notFound('broadcast');
    return found;
  }
}

const lateFields = ['audience', 'startsAt', 'isFixed', 'isForConnected'] as const;

function requireContentOnly(input: ChangeBroadcastInput): void {
  if (lateFields.every((field) => input[field] === undefined)) return;
  throw new ChatError(
    'conflict',
    'broadcast.published',
    'It is published: whom and when it is for can’t be changed any more.',
  );
}

const gone = (): ChatError =>
  new ChatError('conflict', 'broadcast.recalled', 'It was recalled or cancelled.');

const toDate = (time: string | null): Date | null => (time === null ? null : new Date(time));

/** What changes; times of one that waits decide anew when it is due. */
function changeOf(
  before: Broadcast,
  { startsAt, expiresAt, variants, attachments: _, ...rest }: ChangeBroadcastInput,
  attachments: Broadcast['attachments'] | undefined,
  now: Date,
): Partial<Broadcast> {
  const end = expiresAt === undefined ? before.expiresAt : toDate(expiresAt);
  const start = startsAt === undefined ? before.startsAt : toDate(startsAt);
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...given,
    ...(variants !== undefined && { variants: toVariants(variants) }),
    ...(attachments !== undefined && { attachments }),
    startsAt: start,
    expiresAt: end,
    endsAt: endOf({ expiresAt: end }),
    dueAt: !isPublished(before) && start && start > now ? start : null,
    updatedAt: now,
  };
}
