import { describe, expect, it } from 'vitest';
import { requireDeletable, requireEditable, tombstone } from '../../../src/messaging/message-rules.js';
import { aMessage } from '../../support/builders.js';

const author = { userId: '200', role: 'user' } as const;
const other = { userId: '300', role: 'user' } as const;
const moderator = { userId: '400', role: 'moderator' } as const;
const deleted = aMessage({ senderId: '200', deletedAt: new Date() });

describe('who may edit', () => {
  it('lets the author alone', () => {
    expect(() => requireEditable(author, aMessage({ senderId: '200' }))).not.toThrow();
    expect(() => requireEditable(other, aMessage({ senderId: '200' }))).toThrow('message.not_allowed');
    expect(() => requireEditable(moderator, aMessage({ senderId: '200' }))).toThrow('message.not_allowed');
  });

  it('lets nobody edit a tombstone or what the system wrote', () => {
    expect(() => requireEditable(author, deleted)).toThrow('message.deleted');
    expect(() => requireEditable(author, aMessage({ senderId: '200', type: 'system' }))).toThrow(
      'message.not_allowed',
    );
  });
});

describe('who may delete', () => {
  it('lets the author and moderators, again too', () => {
    for (const caller of [author, moderator]) {
      expect(() => requireDeletable(caller, aMessage({ senderId: '200' }))).not.toThrow();
      expect(() => requireDeletable(caller, deleted)).not.toThrow();
    }
    expect(() => requireDeletable(other, aMessage({ senderId: '200' }))).toThrow('message.not_allowed');
  });

  it('lets those who run the conversation', () => {
    const attempt = (role: 'owner' | 'admin' | 'member') => () => requireDeletable(other, aMessage(), role);
    expect(attempt('owner')).not.toThrow();
    expect(attempt('admin')).not.toThrow();
    expect(attempt('member')).toThrow('message.not_allowed');
  });
});

describe('tombstone', () => {
  it('keeps the numbers and nothing of the content', () => {
    const message = aMessage({
      text: 'secret',
      metadata: { a: 1 },
      pinned: true,
      editedAt: new Date(),
      reactions: [{ emoji: '👍', userIds: ['1'] }],
    });
    const left = tombstone(message, new Date(0));
    expect(left).toEqual({
      ...message,
      text: null,
      metadata: null,
      reactions: null,
      pinned: false,
      editedAt: null,
      deletedAt: new Date(0),
    });
  });
});
