import { describe, expect, it } from 'vitest';
import { ONLY_FOR_SUBJECT, RECEIPT_MEMBERS, audienceOf } from '../../../src/ledger/audience.js';
import { aMemberList, aReference } from '../../support/builders.js';

const members = aMemberList(['1', '2', { userId: '3', joinedRev: 5 }], 6);

describe('a member list', () => {
  it('is the same object for all changes since the membership stands', () => {
    expect(members.at(6)).toBe(members.userIds);
    expect(members.at(99)).toBe(members.userIds);
  });

  it('leaves out, for an older change, whoever joined after it', () => {
    expect(members.at(5)).toEqual(['1', '2', '3']);
    expect(members.at(4)).toEqual(['1', '2']);
    expect(members.at(0)).toEqual([]);
  });

  it('leaves them out also where they joined while it was being read', () => {
    const later = aMemberList(['1', '2', { userId: '3', joinedRev: 7 }], 6);
    expect(later.at(6)).toEqual(['1', '2']);
    expect(later.at(7)).toEqual(['1', '2', '3']);
  });

  it('tells who has joined since', () => {
    expect([members.since(4), members.since(5)]).toEqual([['3'], []]);
  });

  it('knows its members', () => {
    expect(members.has('3')).toBe(true);
    expect(members.has('4')).toBe(false);
  });
});

describe('the audience of a change', () => {
  it('is who was a member then and still is', () => {
    expect(audienceOf(aReference({ rev: 4 }), members)).toEqual(['1', '2']);
    expect(audienceOf(aReference({ rev: 7 }), members)).toEqual(['1', '2', '3']);
  });

  it('of something that is not numbered is all present members', () => {
    expect(audienceOf(aReference({ type: 'receipt.read', rev: 0 }), members)).toEqual(['1', '2', '3']);
  });

  it('of a receipt that is not for others is the member alone', () => {
    const hidden = aReference({ type: 'receipt.read', rev: 0, subject: '2', detail: ONLY_FOR_SUBJECT });
    expect(audienceOf(hidden, members)).toEqual(['2']);
    expect(audienceOf({ ...hidden, subject: '9' }, members)).toEqual([]);
  });

  it('of receipts in a large conversation is the reader alone, and nobody for what was delivered', () => {
    const crowd = (size: number) => aMemberList(Array.from({ length: size }, (_, i) => String(i + 1)));
    const receipt = (type: 'receipt.read' | 'receipt.delivered', size: number) =>
      audienceOf(aReference({ type, rev: 0, subject: '2' }), crowd(size));
    expect(receipt('receipt.read', RECEIPT_MEMBERS)).toHaveLength(RECEIPT_MEMBERS);
    expect(receipt('receipt.delivered', RECEIPT_MEMBERS)).toHaveLength(RECEIPT_MEMBERS);
    expect(receipt('receipt.read', RECEIPT_MEMBERS + 1)).toEqual(['2']);
    expect(receipt('receipt.delivered', RECEIPT_MEMBERS + 1)).toEqual([]);
  });

  it('of a receipt is the reader alone where one of a pair has blocked the other', () => {
    const pair = aMemberList(['1', { userId: '2', blocked: 1 }], 6);
    const receipt = aReference({ type: 'receipt.read', rev: 0, subject: '2' });
    expect(audienceOf(receipt, pair)).toEqual(['2']);
    expect(audienceOf({ ...receipt, type: 'receipt.delivered' }, pair)).toEqual([]);
    expect(audienceOf(receipt, aMemberList(['1', '2'], 6))).toEqual(['1', '2']);
  });

  it('of a block is its author', () => {
    const block = aReference({
      type: 'conversation.updated',
      rev: 6,
      subject: '1',
      detail: ONLY_FOR_SUBJECT,
    });
    expect(audienceOf(block, members)).toEqual(['1']);
    expect(audienceOf({ ...block, seq: 0, detail: undefined }, members)).toEqual(['1', '2', '3']);
  });

  it('of a new conversation is whom it is announced to, unless they are gone again', () => {
    const announced = (subject: string) => aReference({ type: 'conversation.created', rev: 5, subject });
    expect(audienceOf(announced('3'), members)).toEqual(['3']);
    expect(audienceOf(announced('9'), members)).toEqual([]);
  });

  it('of a removal holds the one who was removed, who gets nothing else', () => {
    expect(audienceOf(aReference({ type: 'member.removed', rev: 6, subject: '9' }), members)).toEqual([
      '1',
      '2',
      '3',
      '9',
    ]);
    expect(audienceOf(aReference({ rev: 5, subject: '9' }), members)).not.toContain('9');
  });

  it('names the one who was removed once, also when they are a member again', () => {
    const again = aMemberList(['1', { userId: '9', joinedRev: 8 }], 8);
    const removal = aReference({ type: 'member.removed', rev: 7, subject: '9' });
    expect(audienceOf(removal, again)).toEqual(['1', '9']);
  });

  it('of a change to a message is who sees that message', () => {
    const partly = aMemberList(['1', { userId: '2', joinedRev: 5, visibleAfterSeq: 9 }], 5);
    const edit = (seq: number) => audienceOf(aReference({ type: 'message.updated', rev: 20, seq }), partly);
    expect(edit(9)).toEqual(['1']);
    expect(edit(10)).toBe(partly.userIds);
  });

  it('of a deletion is the one who is told, though nobody is a member any more', () => {
    const deletion = aReference({ type: 'conversation.deleted', rev: 7, seq: 0, subject: '9' });
    expect(audienceOf(deletion, aMemberList([], 7))).toEqual(['9']);
  });
});
