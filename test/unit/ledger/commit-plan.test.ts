import { fc } from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { type Posted, identity, planCommit } from '../../../src/ledger/commit-plan.js';
import { keyOf } from '../../../src/ledger/message-key.js';
import type { MessageDraft, StoredMessage } from '../../../src/ledger/stored-message.js';
import { aDraft, aHead, aMemberList, aMessage } from '../../support/builders.js';

const NOW = new Date('2026-11-21T09:00:00.000Z');

function plan(
  drafts: readonly MessageDraft[],
  {
    heads = [aHead()],
    stored = [] as StoredMessage[],
    referred = [] as StoredMessage[],
    members = { '100': ['200', '201'], '101': ['200'] } as Record<string, Parameters<typeof aMemberList>[0]>,
    now = NOW,
  } = {},
) {
  return planCommit(drafts, {
    heads: new Map(heads.map((head) => [head.conversationId, head])),
    members: new Map(Object.entries(members).map(([id, users]) => [id, aMemberList(users)])),
    stored: new Map(stored.map((message) => [identity(message), message])),
    referred: new Map(referred.map((message) => [keyOf(message), message])),
    files: new Set(['700']),
    now,
  });
}

const codeOf = (posted: Posted | undefined) =>
  posted?.kind === 'refused' ? posted.error.code : posted?.kind;
const messageOf = (posted: Posted | undefined) => (posted?.kind === 'stored' ? posted.message : undefined);

describe('a pair of whom one has blocked the other', () => {
  const members = { '100': ['200', { userId: '201', blocked: 1 as const }] };

  it('sends nothing, either way; only its author learns why', () => {
    const { outcomes, heads } = plan([aDraft({ senderId: '200' }), aDraft({ senderId: '201' })], { members });
    expect(outcomes.map(codeOf)).toEqual(['conversation.not_allowed', 'conversation.not_allowed']);
    const details = outcomes.map((posted) => (posted.kind === 'refused' ? posted.error.detail : ''));
    expect(details.map((detail) => /block/i.test(detail))).toEqual([true, false]);
    expect(heads).toEqual([]);
  });

  it('is still answered with what was stored before', () => {
    const stored = [aMessage({ senderId: '201', clientId: 'c1' })];
    const { outcomes } = plan([aDraft({ senderId: '201', clientId: 'c1' })], { members, stored });
    expect(outcomes.map(codeOf)).toEqual(['stored']);
  });
});

describe('a commit', () => {
  it('gives seqs and revs without holes, in the order in which the sends came, per conversation', () => {
    const sends = fc.array(fc.constantFrom('100', '101'), { maxLength: 30 });
    fc.assert(
      fc.property(sends, fc.nat(1000), fc.nat(1000), (targets, rev, lastSeq) => {
        const drafts = targets.map((conversationId) => aDraft({ conversationId }));
        const heads = ['100', '101'].map((conversationId) => aHead({ conversationId, rev, lastSeq }));
        const { outcomes, inserts, heads: moved } = plan(drafts, { heads });
        for (const id of ['100', '101']) {
          const messages = outcomes
            .flatMap((posted) => messageOf(posted) ?? [])
            .filter((m) => m.conversationId === id);
          expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, i) => lastSeq + i + 1));
          expect(messages.map((m) => [m.createdRev, m.rev])).toEqual(
            messages.map((_, i) => [rev + i + 1, rev + i + 1]),
          );
          expect(messages.map((m) => m.id)).toEqual(
            drafts.filter((d) => d.conversationId === id).map((d) => d.id),
          );
          const head = moved.find(({ conversationId }) => conversationId === id);
          expect(head?.lastSeq).toBe(messages.length > 0 ? lastSeq + messages.length : undefined);
          expect(head?.rev).toBe(messages.length > 0 ? rev + messages.length : undefined);
        }
        expect(inserts).toHaveLength(drafts.length);
      }),
    );
  });

  it('refuses a muted sender until the time is over, and gives a retry its message all the same', () => {
    const mutedUntil = NOW;
    const members = { '100': [{ userId: '200', mutedUntil }, '201'] };
    const stored = [aMessage({ clientId: 'before' })];
    const drafts = [aDraft({ clientId: 'before' }), aDraft(), aDraft({ senderId: '201' })];
    const at = (now: Date) => plan(drafts, { members, stored, now }).outcomes.map(codeOf);
    expect(at(new Date(NOW.getTime() - 1))).toEqual(['stored', 'conversation.muted', 'stored']);
    expect(at(NOW)).toEqual(['stored', 'stored', 'stored']);
  });

  it('leaves heads alone where nothing is new', () => {
    const stored = aMessage({ clientId: 'a' });
    const { heads, inserts } = plan([aDraft({ clientId: 'a' })], { stored: [stored] });
    expect(heads).toEqual([]);
    expect(inserts).toEqual([]);
  });

  it('takes no number for a send that is refused', () => {
    const { outcomes } = plan([aDraft(), aDraft({ senderId: '999' }), aDraft()]);
    expect(outcomes.map((posted) => messageOf(posted)?.seq)).toEqual([1, undefined, 2]);
    expect(codeOf(outcomes[1])).toBe('conversation.not_found');
  });

  it('refuses a conversation that does not exist like one that the sender is no member of', () => {
    const { outcomes } = plan([aDraft({ conversationId: '404' })]);
    expect(codeOf(outcomes[0])).toBe('conversation.not_found');
  });
});

describe('a retry', () => {
  const stored = aMessage({ clientId: 'a', seq: 7, rev: 9, text: 'Hello', editedAt: NOW });

  it('gets the message that is stored, as it is now', () => {
    const { outcomes } = plan([aDraft({ clientId: 'a' })], { stored: [stored] });
    expect(outcomes).toEqual([{ kind: 'stored', message: stored, isNew: false }]);
  });

  it('is answered before membership is judged: a removed sender still gets the first answer', () => {
    const { outcomes } = plan([aDraft({ clientId: 'a' })], { stored: [stored], members: { '100': [] } });
    expect(messageOf(outcomes[0])).toBe(stored);
  });

  it('is a conflict with another content', () => {
    const other = aDraft({ clientId: 'a', digest: Buffer.alloc(16, 2) });
    expect(codeOf(plan([other], { stored: [stored] }).outcomes[0])).toBe('message.client_id_conflict');
  });

  it('is a conflict in another conversation', () => {
    const heads = [aHead(), aHead({ conversationId: '101' })];
    const other = aDraft({ clientId: 'a', conversationId: '101' });
    expect(codeOf(plan([other], { stored: [stored], heads }).outcomes[0])).toBe('message.client_id_conflict');
  });

  it('in the same batch is stored once, and both get the same message', () => {
    const { outcomes, inserts } = plan([aDraft({ clientId: 'b' }), aDraft({ clientId: 'b' })]);
    expect(inserts).toHaveLength(1);
    expect(outcomes.map((posted) => posted.kind === 'stored' && posted.isNew)).toEqual([true, false]);
    expect(messageOf(outcomes[1])).toBe(messageOf(outcomes[0]));
  });

  it('in the same batch is a conflict with another content, or in another conversation', () => {
    const heads = [aHead(), aHead({ conversationId: '101' })];
    const { outcomes, inserts } = plan(
      [
        aDraft({ clientId: 'b' }),
        aDraft({ clientId: 'b', digest: Buffer.alloc(16, 2) }),
        aDraft({ clientId: 'b', conversationId: '101' }),
      ],
      { heads },
    );
    expect(outcomes.map(codeOf)).toEqual([
      'stored',
      'message.client_id_conflict',
      'message.client_id_conflict',
    ]);
    expect(inserts).toHaveLength(1);
  });

  it('is told from the same clientId of another sender', () => {
    const { inserts } = plan([aDraft({ clientId: 'b' }), aDraft({ clientId: 'b', senderId: '201' })]);
    expect(inserts).toHaveLength(2);
  });
});

describe('the time of a conversation', () => {
  it('never goes back, whatever the clock of the server does', () => {
    const later = new Date(NOW.getTime() + 5_000);
    const { inserts, heads } = plan([aDraft(), aDraft()], { heads: [aHead({ changedAt: later })] });
    expect(inserts.map(({ createdAt }) => createdAt)).toEqual([later, later]);
    expect(heads[0]?.changedAt).toEqual(later);
  });

  it('is else that of the commit', () => {
    const { inserts, heads } = plan([aDraft()]);
    expect(inserts[0]?.createdAt).toEqual(NOW);
    expect(heads[0]?.changedAt).toEqual(NOW);
  });
});

describe('a batch with thread replies', () => {
  const root = aMessage({ seq: 2, rev: 3, threadCount: 4, senderId: '201' });
  const heads = [aHead({ rev: 10, lastSeq: 5 }), aHead({ conversationId: '101', rev: 20, lastSeq: 7 })];

  it('changes each root once, after all messages, with revs that have no hole', () => {
    const elsewhere = aMessage({ conversationId: '101', seq: 3, rev: 3 });
    const {
      inserts,
      roots,
      heads: moved,
    } = plan(
      [
        aDraft({ threadOf: 2 }),
        aDraft({ conversationId: '101', threadOf: 3 }),
        aDraft(),
        aDraft({ threadOf: 2, senderId: '201' }),
      ],
      { heads, referred: [root, elsewhere] },
    );
    expect(inserts.map(({ conversationId, seq, rev }) => [conversationId, seq, rev])).toEqual([
      ['100', 6, 11],
      ['101', 8, 21],
      ['100', 7, 12],
      ['100', 8, 13],
    ]);
    expect(roots).toEqual([
      { ...root, rev: 14, threadCount: 6 },
      { ...elsewhere, rev: 22, threadCount: 1 },
    ]);
    expect(moved.map(({ rev, lastSeq }) => [rev, lastSeq])).toEqual([
      [14, 8],
      [22, 8],
    ]);
  });

  it('puts a reply to a reply into the same thread', () => {
    const reply = aMessage({ seq: 4, threadOf: 2 });
    const { inserts, roots } = plan([aDraft({ threadOf: 4 })], { heads, referred: [root, reply] });
    expect(inserts).toMatchObject([{ threadOf: 2 }]);
    expect(roots).toMatchObject([{ seq: 2, threadCount: 5 }]);
  });

  it('counts no repetition and no refusal', () => {
    const stored = aMessage({ clientId: 'a', seq: 5, threadOf: 2 });
    const drafts = [aDraft({ clientId: 'a', threadOf: 2 }), aDraft({ threadOf: 2, senderId: '999' })];
    const { roots, heads: moved } = plan(drafts, { heads, stored: [stored], referred: [root] });
    expect([roots, moved]).toEqual([[], []]);
  });

  it('refuses a thread that is not there, or whose root was deleted', () => {
    const deleted = aMessage({ seq: 3, deletedAt: NOW });
    const drafts = [aDraft({ threadOf: 4 }), aDraft({ threadOf: 3 }), aDraft()];
    const { outcomes, inserts } = plan(drafts, { heads, referred: [deleted] });
    expect(outcomes.map(codeOf)).toEqual(['message.not_found', 'message.deleted', 'stored']);
    expect(inserts).toMatchObject([{ seq: 6 }]);
  });
});

it('refuses a file that stands no more, and what is stored already gets its answer all the same', () => {
  const file = (id: string) => ({
    id,
    name: 'a',
    contentType: 'text/plain',
    size: 1,
    width: null,
    height: null,
  });
  const stored = aMessage({ clientId: 'a' });
  const drafts = [
    aDraft({ attachments: [file('700'), file('701')] }),
    aDraft({ attachments: [file('700')] }),
    aDraft({ clientId: 'a', attachments: [file('701')] }),
  ];
  const { outcomes, inserts } = plan(drafts, { heads: [aHead()], stored: [stored] });
  expect(outcomes.map(codeOf)).toEqual(['file.not_found', 'stored', 'stored']);
  expect(inserts).toMatchObject([{ seq: 1, attachments: [file('700')] }]);
});

describe('what a message names', () => {
  it('must have been said before it', () => {
    const { outcomes } = plan([aDraft({ replyTo: 3 }), aDraft({ replyTo: 2 }), aDraft({ replyTo: 3 })], {
      heads: [aHead({ lastSeq: 2 })],
    });
    expect(outcomes.map(codeOf)).toEqual(['message.not_found', 'stored', 'stored']);
  });

  it('must be seen by the sender', () => {
    const members = new Map([['100', aMemberList(['201', { userId: '200', visibleAfterSeq: 4 }])]]);
    const known = {
      heads: new Map([['100', aHead({ lastSeq: 9 })]]),
      stored: new Map(),
      referred: new Map([1, 4, 5].map((seq) => [`100 ${seq}`, aMessage({ seq })])),
      files: new Set<string>(),
      now: NOW,
    };
    const drafts = [
      aDraft({ replyTo: 4 }),
      aDraft({ replyTo: 5 }),
      aDraft({ threadOf: 4 }),
      aDraft({ threadOf: 5 }),
      aDraft({ threadOf: 4, senderId: '201' }),
    ];
    expect(planCommit(drafts, { ...known, members }).outcomes.map(codeOf)).toEqual([
      'message.not_found',
      'stored',
      'message.not_found',
      'stored',
      'stored',
    ]);
  });

  it('must be members', () => {
    const { outcomes } = plan([aDraft({ mentions: ['200', '201'] }), aDraft({ mentions: ['201', '404'] })]);
    expect(outcomes.map(codeOf)).toEqual(['stored', 'member.not_found']);
    expect(outcomes[1]).toMatchObject({ error: { errors: [{ message: '404 is no member' }] } });
  });
});
