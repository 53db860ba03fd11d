import { Injectable } from '@nestjs/common';
import { LedgerService } from '../ledger/ledger.service.js';
import { notFound } from '../platform/errors/chat-error.js';
import type { Principal } from '../platform/http/principal.js';
import { ProfileNews } from './profile-news.js';
import type { User } from './user.entity.js';
import type { UpdateMe, UserView } from './users.dto.js';
import { UsersService } from './users.service.js';
import { UsersStore } from './users.store.js';

const settable = ['displayName', 'email', 'avatarUrl', 'hidesReadReceipts', 'locale'] as const;
const seenByOthers: ReadonlySet<string> = new Set<(typeof settable)[number]>(['displayName', 'avatarUrl']);
type Settable = Pick<User, (typeof settable)[number]>;

/** What a user calls themselves, and shows of themselves. */
@Injectable()
export class UpdateProfile {
  constructor(
    private readonly store: UsersStore,
    private readonly users: UsersService,
    private readonly news: ProfileNews,
    private readonly ledger: LedgerService,
  ) {}

  /** Fields that are absent stay. The same again changes nothing and tells nobody. Throws `word_filter.refused`. */
  async to(caller: Principal, { displayName, readReceipts, ...others }: UpdateMe): Promise<UserView> {
    const wanted: Partial<Settable> = {
      ...others,
      ...(displayName !== undefined && { displayName: this.users.cleanName(displayName) }),
      ...(readReceipts !== undefined && { hidesReadReceipts: !readReceipts }),
    };
    const user = await this.ledger.record(async (manager) => {
      const before = await this.store.lock(caller.userId, manager);
      if (!before) throw notFound('user');
      const change = changedIn(before, wanted);
      const names = Object.keys(change);
      if (names.length === 0) return { result: before, changes: [] };
      const profileChangedAt = await this.ledger.now(manager);
      await this.store.update(before.id, { ...change, profileChangedAt }, manager);
      const after = Object.assign(before, change);
      const isSeenByOthers = names.some((name) => seenByOthers.has(name));
      return { result: after, changes: [], personal: await this.news.of(after, isSeenByOthers, manager) };
    });
    return this.users.toView(user, caller);
  }
}

/** What is wanted otherwise than it is. */
function changedIn(user: User, wanted: Partial<Settable>): Partial<Settable> {
  const changed = settable.filter((name) => wanted[name] !== undefined && wanted[name] !== user[name]);
  return Object.fromEntries(changed.map((name) => [name, wanted[name]]));
}
