import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PairsStore } from '../ledger/pairs.store.js';
import { isDuplicate } from '../platform/database/duplicate.js';
import { ChatError, notFound } from '../platform/errors/chat-error.js';
import { readCursor, toPage } from '../platform/http/page.js';
import type { Principal, Role } from '../platform/http/principal.js';
import { parseId } from '../platform/http/schemas.js';
import { IdGenerator } from '../platform/ids/snowflake.js';
import { WordFilter } from '../word-filter/word-filter.js';
import type { User } from './user.entity.js';
import {
  MAX_DISPLAY_NAME,
  type DirectoryQuery,
  type UserPage,
  type UserView,
  usernameSchema,
} from './users.dto.js';
import { UsersStore } from './users.store.js';
import { maySee, maySeeEmail, seesEveryone } from './visibility.js';

export interface NewUser {
  /** Absent: made from the id, as for guests. */
  readonly username?: string;
  readonly displayName: string;
  readonly role: Role;
  readonly email?: string | undefined;
  readonly passwordHash?: string;
}

@Injectable()
export class UsersService {
  constructor(
    private readonly store: UsersStore,
    private readonly pairs: PairsStore,
    private readonly ids: IdGenerator,
    private readonly filter: WordFilter,
  ) {}

  /** As the given transaction sees the user, or as of now. */
  findById(id: string, manager?: EntityManager): Promise<User | null> {
    return this.store.findById(id, manager);
  }

  findByUsername(username: string): Promise<User | null> {
    return usernameSchema.safeParse(username).success
      ? this.store.findByUsername(username)
      : Promise.resolve(null);
  }

  /** By id; unknown ones are absent. */
  async findMany(ids: readonly string[]): Promise<Map<string, User>> {
    return new Map((await this.store.findByIds(ids)).map((user) => [user.id, user]));
  }

  /** Those of some users whose profiles have changed from a time on. */
  profilesChangedSince(ids: readonly string[], time: Date): Promise<string[]> {
    return this.store.findChangedSince(ids, time);
  }

  /** Throws `user.not_found` unless the caller sees all of them and none is disabled. Guests find nobody. */
  async requireAll(caller: Principal, ids: readonly string[], manager?: EntityManager): Promise<void> {
    const unique = new Set(ids);
    if (unique.size > 0 && !seesEveryone(caller)) throw notFound('user');
    const found = await this.store.findByIds([...unique], manager);
    if (found.filter(({ disabledAt }) => disabledAt === null).length < unique.size) throw notFound('user');
  }

  /** Throws `user.username_taken`, `word_filter.refused`. Within the given transaction, or on its own. */
  async create(wanted: NewUser, manager?: EntityManager): Promise<User> {
    const id = this.ids.next();
    const now = new Date();
    const user: User = {
      id,
      username: wanted.username ?? `${wanted.role}-${id}`,
      displayName: isOperated(wanted.role) ? wanted.displayName : this.cleanName(wanted.displayName),
      email: wanted.email ?? null,
      avatarUrl: null,
      role: wanted.role,
      passwordHash: wanted.passwordHash ?? null,
      disabledAt: null,
      hidesReadReceipts: false,
      locale: null,
      profileChangedAt: null,
      createdAt: now,
      updatedAt: now,
    };
    try {
      await this.store.insert(user, manager);
    } catch (error) {
      throw isDuplicate(error) ? usernameTaken() : error;
    }
    return user;
  }

  async get(caller: Principal, id: string): Promise<UserView> {
    return this.toView(await this.require(caller, id), caller);
  }

  /** Throws `user.not_found` for what the caller may not see, what does not exist, and what is no id. */
  async require(caller: Principal, id: string): Promise<User> {
    const [visible] = await this.visibleTo(caller, [parseId('user', id)]);
    const user = visible === undefined ? null : await this.store.findById(visible);
    if (!user) throw notFound('user');
    return user;
  }

  /** Those of some users whom the caller may know of. */
  async visibleTo(caller: Principal, ids: readonly string[]): Promise<string[]> {
    if (seesEveryone(caller)) return [...ids];
    const sharing = new Set(await this.pairs.findSharing(caller.userId, ids));
    return ids.filter((id) => maySee(caller, id, sharing.has(id)));
  }

  /** Disabled users are for admins. */
  async list(
    caller: Principal,
    { query: search = '', limit, cursor, disabled }: DirectoryQuery,
  ): Promise<UserPage> {
    const isDisabled = disabled === 'true';
    if (isDisabled && caller.role !== 'admin')
      throw new ChatError('forbidden', 'auth.not_allowed', 'Disabled users are for admins.');
    const page = { search, afterUsername: readCursor(cursor, usernameSchema), limit: limit + 1, isDisabled };
    const rows = seesEveryone(caller)
      ? await this.store.findInDirectory(page)
      : await this.store.findAmong([caller.userId, ...(await this.pairs.findSharing(caller.userId))], page);
    return toPage(
      rows,
      limit,
      (user) => user.username,
      (user) => this.toView(user, caller),
    );
  }

  /** Nobody changes these users until the transaction ends, nor does anything that locks one of them. */
  lockAll(ids: readonly string[], manager: EntityManager): Promise<void> {
    return this.store.lockAll(ids, manager);
  }

  /** The user as committed; nobody changes it until the transaction ends. */
  lock(id: string, manager: EntityManager): Promise<User | null> {
    return this.store.lock(id, manager);
  }

  setPasswordHash(id: string, passwordHash: string, manager: EntityManager): Promise<void> {
    return this.store.update(id, { passwordHash }, manager);
  }

  /** A name as it may be shown; masked it may be longer than it was. Throws `word_filter.refused`. */
  cleanName(displayName: string): string {
    return this.filter.clean('displayName', displayName).slice(0, MAX_DISPLAY_NAME);
  }

  toView(user: User, viewer: Pick<Principal, 'userId' | 'role'>): UserView {
    return {
      id: user.id,
      username: user.username,
      displayName: user.displayName,
      avatarUrl: user.avatarUrl,
      role: user.role,
      createdAt: user.createdAt.toISOString(),
      ...(viewer.userId === user.id && {
        readReceipts: !user.hidesReadReceipts,
        locale: user.locale,
      }),
      ...(viewer.role === 'admin' && { disabled: user.disabledAt !== null }),
      ...(maySeeEmail(viewer, user.id) && { email: user.email }),
    };
  }
}

export const usernameTaken = () =>
  new ChatError('conflict', 'user.username_taken', 'This username is taken.');

/** Named by whoever runs the installation: the filter is theirs. */
const isOperated = (role: Role): boolean => role === 'admin' || role === 'service';
