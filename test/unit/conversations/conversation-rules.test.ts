import { describe, expect, it } from 'vitest';
import {
  isOpenTo,
  refusalOf,
  requireManager,
  requireOwner,
  requireOwnerWithout,
  requireRemovable,
  requireRoom,
  requireShared,
} from '../../../src/conversations/conversation-rules.js';
import type { MemberRole } from '../../../src/ledger/member.entity.js';
import { ChatError } from '../../../src/platform/errors/chat-error.js';
import { aMemberList } from '../../support/builders.js';

const memberRoles: MemberRole[] = ['owner', 'admin', 'member'];

/** The code of the refusal; undefined for what is allowed. */
function codeOf(rule: () => void): string | undefined {
  try {
    rule();
    return undefined;
  } catch (error) {
    return error instanceof ChatError ? error.code : String(error);
  }
}

const refused = 'conversation.not_allowed';

describe('in a group or a channel', () => {
  it('owners and admins add and rename, members do not', () => {
    expect(memberRoles.map((role) => codeOf(() => requireManager(role)))).toEqual([
      undefined,
      undefined,
      refused,
    ]);
  });

  it('owners alone change roles and end it', () => {
    expect(memberRoles.map((role) => codeOf(() => requireOwner(role)))).toEqual([
      undefined,
      refused,
      refused,
    ]);
  });

  it.each([
    ['owner', [undefined, undefined, undefined]],
    ['admin', [refused, refused, undefined]],
    ['member', [refused, refused, refused]],
  ] as const)('%s removes of owner, admin and member: %j', (by, expected) => {
    expect(memberRoles.map((target) => codeOf(() => requireRemovable(by, target)))).toEqual(expected);
  });
});

it('a direct conversation stays as it is', () => {
  expect(codeOf(() => requireShared({ type: 'direct', runBy: null }))).toBe(refused);
  expect(codeOf(() => requireShared({ type: 'group', runBy: null }))).toBeUndefined();
  expect(codeOf(() => requireShared({ type: 'group', runBy: 'support' }))).toBe(refused);
});

describe('somebody must own a conversation', () => {
  const list = (...owners: string[]) =>
    aMemberList(
      ['1', '2', '3'].map((userId) => ({ userId, role: owners.includes(userId) ? 'owner' : 'admin' })),
    );

  it('so its last owner is not let go', () => {
    expect(codeOf(() => requireOwnerWithout('1', list('1')))).toBe('conversation.last_owner');
  });

  it('but one of two is, and whoever owns nothing', () => {
    expect(codeOf(() => requireOwnerWithout('1', list('1', '2')))).toBeUndefined();
    expect(codeOf(() => requireOwnerWithout('2', list('1')))).toBeUndefined();
  });
});

it('there is room for 10,000 members', () => {
  expect(codeOf(() => requireRoom(10_000))).toBeUndefined();
  expect(codeOf(() => requireRoom(10_001))).toBe('conversation.too_many_members');
});

describe('one who is no member', () => {
  const channel = { type: 'channel', deletedAt: null } as const;

  it('may know of channels, unless they are a guest', () => {
    expect(isOpenTo({ role: 'user' }, channel)).toBe(true);
    expect(refusalOf({ role: 'user' }, channel).code).toBe('conversation.not_member');
    expect(refusalOf({ role: 'guest' }, channel).code).toBe('conversation.not_found');
  });

  it('may not know of anything else, nor of channels that are no more', () => {
    expect(refusalOf({ role: 'admin' }, { type: 'group', deletedAt: null }).code).toBe(
      'conversation.not_found',
    );
    expect(refusalOf({ role: 'user' }, { ...channel, deletedAt: new Date() }).code).toBe(
      'conversation.not_found',
    );
    expect(refusalOf({ role: 'user' }, null).code).toBe('conversation.not_found');
  });
});
