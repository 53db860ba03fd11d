import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import {
  type EntityManager,
  In,
  IsNull,
  Like,
  MoreThan,
  MoreThanOrEqual,
  Not,
  type Repository,
  type SelectQueryBuilder,
} from 'typeorm';
import { User } from './user.entity.js';

@Injectable()
export class UsersStore {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  findById(id: string, manager: EntityManager = this.users.manager): Promise<User | null> {
    return manager.findOneBy(User, { id });
  }

  findByUsername(username: string): Promise<User | null> {
    return this.users.findOneBy({ username });
  }

  findByIds(ids: readonly string[], manager: EntityManager = this.users.manager): Promise<User[]> {
    return ids.length === 0 ? Promise.resolve([]) : manager.findBy(User, { id: In([...ids]) });
  }

  async findChangedSince(ids: readonly string[], time: Date): Promise<string[]> {
    const where = { id: In([...ids]), profileChangedAt: MoreThanOrEqual(time) };
    return (await this.users.find({ where, select: { id: true } })).map(({ id }) => id);
  }

  /** Within the given transaction, or on its own. A taken username is refused by the unique key. */
  async insert(user: User, manager: EntityManager = this.users.manager): Promise<void> {
    // What is given stays as it is: TypeORM would read columns with defaults back into it.
    await manager.createQueryBuilder().insert().into(User).values(user).updateEntity(false).execute();
  }

  /** Nobody changes the user until the transaction ends. */
  lock(id: string, manager: EntityManager): Promise<User | null> {
    return manager.findOne(User, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /** The enabled admins; each of them stays one until the transaction ends. */
  async lockAdmins(manager: EntityManager): Promise<string[]> {
    const rows = await manager.query<{ id: string }[]>(
      "SELECT id FROM users WHERE role = 'admin' AND disabledAt IS NULL ORDER BY id FOR UPDATE",
    );
    return rows.map(({ id }) => id);
  }

  async update(
    id: string,
    change: Partial<User>,
    manager: EntityManager = this.users.manager,
  ): Promise<void> {
    await manager.update(User, { id }, { ...change, updatedAt: new Date() });
  }

  /** In id order, so that two who lock the same users never wait for each other. */
  async lockAll(ids: readonly string[], manager: EntityManager): Promise<void> {
    await manager.query('SELECT id FROM users WHERE id IN (?) ORDER BY id FOR UPDATE', [ids]);
  }

  /** Users whose name holds the text, in any case, after the given username, in their order. */
  findInDirectory(page: DirectoryPage): Promise<User[]> {
    return this.directory(page).getMany();
  }

  /** Likewise, of some users. */
  findAmong(ids: readonly string[], page: DirectoryPage): Promise<User[]> {
    return this.directory(page)
      .andWhere({ id: In([...ids]) })
      .getMany();
  }

  private directory({ search, afterUsername, limit, isDisabled }: DirectoryPage): SelectQueryBuilder<User> {
    const common = {
      disabledAt: isDisabled ? Not(IsNull()) : IsNull(),
      ...(afterUsername !== undefined && { username: MoreThan(afterUsername) }),
    };
    const part = Like(`%${search.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`);
    return this.users
      .createQueryBuilder('user')
      .where(common)
      .andWhere(search === '' ? {} : [{ username: part }, { displayName: part }])
      .orderBy('user.username')
      .limit(limit);
  }
}

interface DirectoryPage {
  readonly search: string;
  readonly afterUsername: string | undefined;
  readonly limit: number;
  /** Whether the page is of disabled users, or of the others. */
  readonly isDisabled: boolean;
}
