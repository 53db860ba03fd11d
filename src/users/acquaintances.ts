import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PairsStore } from '../ledger/pairs.store.js';
import { BlocksStore } from './blocks/blocks.store.js';
import { ContactsStore } from './contacts/contacts.store.js';

/** By user: the users who stand to them as the question says. Every user asked about is there. */
export type ByUser = ReadonlyMap<string, ReadonlySet<string>>;

type Pair = readonly [userId: string, otherId: string];

/** Who hears of a user without asking, and who must not. */
@Injectable()
export class Acquaintances {
  constructor(
    private readonly pairs: PairsStore,
    private readonly contacts: ContactsStore,
    private readonly blocks: BlocksStore,
  ) {}

  /** Of whom one user hears: their contacts and partners; the same as `hearersOf`, seen from the other end. */
  async heardOfBy(userId: string): Promise<ReadonlySet<string>> {
    const [peers, held, apart] = await Promise.all([
      this.pairs.findPeers([userId]),
      this.contacts.findHeldBy(userId),
      this.apartFrom([userId]),
    ]);
    const ids = [...peers.map(({ peerId }) => peerId), ...held];
    return new Set(ids.filter((id) => !apart.get(userId)?.has(id)));
  }

  /**
   * Those who have them among their contacts or share a direct conversation with them, without those of whom either has
   * blocked the other.
   */
  async hearersOf(userIds: readonly string[], manager?: EntityManager): Promise<ByUser> {
    const [peers, holders, apart] = await Promise.all([
      this.pairs.findPeers(userIds, manager),
      this.contacts.findHolders(userIds, manager),
      this.apartFrom(userIds, manager),
    ]);
    return without(apart, [
      ...peers.map(({ userId, peerId }): Pair => [userId, peerId]),
      ...holders.map(({ userId, contactId }): Pair => [contactId, userId]),
    ]);
  }

  /** Those of the hearers who want to be reminded when these users come and go. */
  async remindedOf(userIds: readonly string[]): Promise<ByUser> {
    const [holders, apart] = await Promise.all([this.contacts.findHolders(userIds), this.apartFrom(userIds)]);
    const reminded = holders.filter(({ remind }) => remind === 1);
    return without(
      apart,
      reminded.map(({ userId, contactId }): Pair => [contactId, userId]),
    );
  }

  /** Those whom they have blocked, and those who have blocked them. */
  async apartFrom(userIds: readonly string[], manager?: EntityManager): Promise<ByUser> {
    const apart = await this.blocks.findApart(userIds, manager);
    return grouped(
      userIds,
      apart.map(({ userId, otherId }): Pair => [userId, otherId]),
    );
  }
}

/** Those pairs that no block keeps apart, of the users asked about. */
const without = (apart: ByUser, pairs: readonly Pair[]): ByUser =>
  grouped(
    [...apart.keys()],
    pairs.filter(([userId, otherId]) => !apart.get(userId)?.has(otherId)),
  );

function grouped(userIds: readonly string[], pairs: readonly Pair[]): ByUser {
  const found = new Map(userIds.map((userId) => [userId, new Set<string>()]));
  for (const [userId, otherId] of pairs) found.get(userId)?.add(otherId);
  return found;
}
