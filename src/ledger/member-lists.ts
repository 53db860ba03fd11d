import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { EntityManager } from 'typeorm';
import { LedgerStore } from './ledger.store.js';
import { MemberList } from './member-list.js';

/** Memberships kept at once, counted in members. */
const MEMBERS_KEPT = 1_000_000;

/**
 * Member lists by the version that the conversation's head names. A head is read under its lock, so a list of that
 * version is exact, and nobody needs to be told when it is not: the version says so.
 */
@Injectable()
export class MemberLists {
  private readonly kept = new LRUCache<string, MemberList>({
    maxSize: MEMBERS_KEPT,
    sizeCalculation: (list) => list.userIds.length + 1,
  });

  constructor(private readonly store: LedgerStore) {}

  /** The lists of the versions asked for; those not at hand are read in the caller's transaction. */
  async at(
    heads: readonly { readonly conversationId: string; readonly membersRev: number }[],
    manager?: EntityManager,
  ): Promise<Map<string, MemberList>> {
    const lists = new Map<string, MemberList>();
    const missing = new Map<string, number>();
    for (const { conversationId, membersRev } of heads) {
      const list = this.kept.get(conversationId);
      if (list?.membersRev === membersRev) lists.set(conversationId, list);
      else missing.set(conversationId, membersRev);
    }
    if (missing.size === 0) return lists;
    const members = await this.store.currentMembers([...missing.keys()], manager);
    for (const [conversationId, membersRev] of missing) {
      const list = new MemberList(membersRev, members.get(conversationId) ?? []);
      this.kept.set(conversationId, list);
      lists.set(conversationId, list);
    }
    return lists;
  }
}
