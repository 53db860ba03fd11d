import { Injectable } from '@nestjs/common';
import { LedgerService } from '../ledger/ledger.service.js';
import type { PersonalChange } from '../ledger/personal-change.js';
import type { ContactRow } from '../users/contacts/contact.entity.js';
import { newsOf, referenceTo } from './contact-news.js';
import { ContactPairs } from './contact-pairs.js';
import type { Pair, PairChange } from './contact-rules.js';
import { ContactViews, type Face, newsData } from './contact-views.js';

/** Changes what two users have to do with each other: what all verbs have in common. */
@Injectable()
export class ContactChanges {
  constructor(
    private readonly pairs: ContactPairs,
    private readonly views: ContactViews,
    private readonly ledger: LedgerService,
  ) {}

  /**
   * Shows the pair, as it stands, to the rule of a verb, stores what the rule makes of it, and tells whom it concerns.
   * A rule that changes nothing tells nobody. Returns the user's own side as it then is. The other one's side may change
   * only where both are locked. Throws `contact.too_many`, and what the rule throws; then nothing has changed.
   */
  async between(
    userId: string,
    otherId: string,
    locks: 'own' | 'both',
    rule: (pair: Pair) => PairChange,
  ): Promise<ContactRow | null> {
    const faces = await this.faces(userId, otherId);
    return this.ledger.record(async (manager) => {
      const rows = await this.pairs.open(manager, userId, otherId, locks);
      const pair = { ...rows, now: await this.ledger.now(manager) };
      const made = rule(pair);
      const personal: PersonalChange[] = [];
      for (const [before, after] of [
        [pair.mine, made.mine],
        [pair.theirs, made.theirs],
      ] as const) {
        if (!after) continue;
        await this.pairs.save(manager, before, after);
        personal.push(...told(before, after, pair, faces));
      }
      return { result: made.mine ?? pair.mine, changes: [], personal };
    });
  }

  /** How each of the two sees the other, by the one who is seen; asked before anything is locked. */
  private async faces(userId: string, otherId: string): Promise<ReadonlyMap<string, Face>> {
    const [other, self] = await Promise.all([
      this.views.faces({ userId, role: 'user' }, [otherId]),
      this.views.faces({ userId: otherId, role: 'user' }, [userId]),
    ]);
    return new Map([...other, ...self]);
  }
}

const told = (
  before: ContactRow | null,
  after: ContactRow,
  { isApart }: Pair,
  faces: ReadonlyMap<string, Face>,
): PersonalChange[] =>
  newsOf(before, after, isApart).map((news) => {
    const face = faces.get(news.subjectId);
    return {
      reference: referenceTo(news.type, news.subjectId),
      recipients: [news.recipientId],
      data: face && newsData(news, after, face),
    };
  });
