import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, Repository } from 'typeorm';
import { ChatError, notFound } from '../platform/errors/chat-error.js';
import { readCursor, toPage } from '../platform/http/page.js';
import type { Principal } from '../platform/http/principal.js';
import { type PageQuery, idSchema, parseId } from '../platform/http/schemas.js';
import { BroadcastAction } from './broadcast-action.entity.js';
import type { Broadcast } from './broadcast.entity.js';
import { mayPublish, toManagedView } from './broadcast-rules.js';
import type { ActionPage, BroadcastPage, BroadcastView, BroadcastsQuery } from './broadcasts.dto.js';
import { BroadcastsStore } from './broadcasts.store.js';
import { MyBroadcasts } from './my-broadcasts.js';

/** Shows broadcasts, to those they are for and to those who may publish. */
@Injectable()
export class BroadcastsService {
  constructor(
    private readonly store: BroadcastsStore,
    private readonly mine: MyBroadcasts,
    @InjectRepository(BroadcastAction) private readonly actions: Repository<BroadcastAction>,
  ) {}

  /** Newest first. Throws `auth.not_allowed` for `all` to who may not publish. */
  async list({ userId, role }: Principal, { scope, limit, cursor }: BroadcastsQuery): Promise<BroadcastPage> {
    const before = readCursor(cursor, idSchema);
    const idOf = ({ id }: { readonly id: string }): string => id;
    if (scope === 'all') {
      if (!mayPublish(role))
        throw new ChatError('forbidden', 'auth.not_allowed', 'This is for those who may publish.');
      return toPage(await this.store.findPage(before, limit + 1), limit, idOf, (one) => toManagedView(one));
    }
    const announced = (await this.mine.current(userId))
      .filter(({ id }) => before === undefined || BigInt(id) < BigInt(before))
      .toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1));
    const views = await this.mine.shown(userId, announced.slice(0, limit + 1));
    const current = views.filter((view) => view !== undefined);
    return toPage(current, limit, idOf, (one) => one);
  }

  /** Throws `broadcast.not_found` for what is not, or not any more, for the caller to see. */
  async get({ userId, role }: Principal, broadcastId: string): Promise<BroadcastView> {
    if (mayPublish(role)) return toManagedView(await this.require(broadcastId));
    return this.mine.get(userId, broadcastId);
  }

  /** What was done about it, newest first. Throws `broadcast.not_found`. */
  async listActions(broadcastId: string, { limit, cursor }: PageQuery): Promise<ActionPage> {
    const { id: ofBroadcast } = await this.require(broadcastId);
    const before = readCursor(cursor, idSchema);
    const rows = await this.actions.find({
      where: { broadcastId: ofBroadcast, ...(before !== undefined && { id: LessThan(before) }) },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    return toPage(
      rows,
      limit,
      ({ id }) => id,
      ({ id, actorId, action, createdAt }) => ({ id, actorId, action, createdAt: createdAt.toISOString() }),
    );
  }

  /** Throws `broadcast.not_found`. */
  async require(broadcastId: string): Promise<Broadcast> {
    const found = await this.store.find(parseId('broadcast', broadcastId));
    if (!found) throw notFound('broadcast');
    return found;
  }
}
