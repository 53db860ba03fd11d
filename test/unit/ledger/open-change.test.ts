import type { EntityManager } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { OpenChange } from '../../../src/ledger/open-change.js';
import { aHead, aMemberList, aReference, anId } from '../../support/builders.js';

const NOW = new Date('2026-11-21T08:15:30.123Z');
const open = (head = aHead({ rev: 7, lastSeq: 4, membersRev: 3 })) =>
  new OpenChange({} as EntityManager, head, aMemberList(['200', '201']), NOW);
const note = { kind: 'renamed', userIds: [], count: 0, name: 'New' } as const;

describe('a change of membership', () => {
  it('takes a rev, from which on another member list counts', () => {
    const change = open();
    expect([change.takeRev(), change.moved.membersRev]).toEqual([8, 3]);
    expect([change.takeMembersRev(), change.moved.membersRev]).toEqual([9, 9]);
    expect(change.moved).toMatchObject({ rev: 9, lastSeq: 4 });
  });
});

describe('a system message', () => {
  it('takes the next rev and the next seq, and is told after what came before it', () => {
    const change = open();
    change.tell(aReference({ type: 'conversation.updated', rev: change.takeRev(), seq: 0 }));
    change.post({ id: anId(), senderId: '200', system: note });
    expect(change.posted).toMatchObject([
      { seq: 5, rev: 9, createdRev: 9, type: 'system', senderId: '200', text: null, system: note },
    ]);
    expect(change.references.map(({ type, rev, seq }) => [type, rev, seq])).toEqual([
      ['conversation.updated', 8, 0],
      ['message.created', 9, 5],
    ]);
    expect(change.moved).toMatchObject({ rev: 9, lastSeq: 5, membersRev: 3 });
  });

  it('goes out as clients see it, without a clientId', () => {
    const change = open();
    change.post({ id: '300', senderId: '200', system: note });
    const [reference] = change.references;
    const { data } = JSON.parse(`{${change.render(reference!, NOW)}`);
    expect(data.message).toMatchObject({ id: '300', clientId: null, text: null, system: note });
  });
});

it('what was told without data is read by each for themselves', () => {
  const change = open();
  const reference = aReference({ type: 'conversation.created', rev: change.takeRev() });
  change.tell(reference);
  expect(change.render(reference, NOW)).toBe('');
});
