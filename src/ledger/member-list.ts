import type { MemberRole } from './member.entity.js';

/** A member as far as the log is concerned. */
export interface ListedMember {
  readonly userId: string;
  readonly role: MemberRole;
  readonly joinedRev: number;
  readonly visibleAfterSeq: number;
  /** Until then the member reads and is not heard. */
  readonly mutedUntil: Date | null;
  /** 1 where the other one of a pair has blocked this member. */
  readonly blocked: 0 | 1;
}

/** The members of a conversation at one version of its membership. */
export class MemberList {
  private readonly members: ReadonlyMap<string, ListedMember>;
  /** The same list object for as long as the membership stands: whoever groups it may remember the grouping. */
  readonly userIds: readonly string[];
  /** When the last of them joined. */
  private readonly lastJoinedRev: number;
  /** The highest seq that is hidden from anybody. */
  private readonly hiddenUpToSeq: number;
  /** Whether one of a pair has blocked the other: then nothing passes between the two. */
  readonly isSevered: boolean;

  constructor(
    readonly membersRev: number,
    members: readonly ListedMember[],
  ) {
    this.members = new Map(members.map((member) => [member.userId, member]));
    this.userIds = members.map(({ userId }) => userId);
    this.lastJoinedRev = members.reduce((max, { joinedRev }) => Math.max(max, joinedRev), 0);
    this.hiddenUpToSeq = members.reduce((max, { visibleAfterSeq }) => Math.max(max, visibleAfterSeq), 0);
    this.isSevered = members.some(({ blocked }) => blocked === 1);
  }

  has(userId: string): boolean {
    return this.members.has(userId);
  }

  /** Undefined for users who are no members. */
  roleOf(userId: string): MemberRole | undefined {
    return this.members.get(userId)?.role;
  }

  /** Null for those who are heard; a time that is over counts for nothing. */
  mutedUntil(userId: string): Date | null {
    return this.members.get(userId)?.mutedUntil ?? null;
  }

  /** Whether this member of a pair has blocked the other one. */
  hasBlocked(userId: string): boolean {
    return this.userIds.some((other) => other !== userId && this.members.get(other)?.blocked === 1);
  }

  get owners(): readonly string[] {
    return this.userIds.filter((userId) => this.roleOf(userId) === 'owner');
  }

  /** Whether the history that this member sees holds a message. */
  sees(userId: string, seq: number): boolean {
    return seq > (this.members.get(userId)?.visibleAfterSeq ?? Infinity);
  }

  /** Whether every member sees it. */
  allSee(seq: number): boolean {
    return seq > this.hiddenUpToSeq;
  }

  /**
   * Those for whom a change of this rev was meant: whoever joined later has it from the history. Also of a list that was
   * read outside a transaction, and may hold some who have joined since its version.
   */
  at(rev: number): readonly string[] {
    if (rev >= this.lastJoinedRev) return this.userIds;
    return this.userIds.filter((userId) => (this.members.get(userId)?.joinedRev ?? Infinity) <= rev);
  }

  /** Those who have joined after a rev, for the first time or again. */
  since(rev: number): readonly string[] {
    if (rev >= this.lastJoinedRev) return [];
    return this.userIds.filter((userId) => (this.members.get(userId)?.joinedRev ?? 0) > rev);
  }

  /** Likewise, for a change to a message: without those from whom the message is hidden. */
  seeing(seq: number, rev: number): readonly string[] {
    const members = this.at(rev);
    return this.allSee(seq) ? members : members.filter((userId) => this.sees(userId, seq));
  }
}
