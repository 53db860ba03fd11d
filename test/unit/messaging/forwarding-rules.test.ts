import { describe, expect, it } from 'vitest';
import { forwardedContent } from '../../../src/messaging/forwarding-rules.js';
import { requireEditable } from '../../../src/messaging/message-rules.js';
import { aMessage } from '../../support/builders.js';

const createdAt = new Date('2026-11-21T08:15:30.123Z');
const file = { id: '7', name: 'a.png', contentType: 'image/png', size: 1, width: 1, height: 1 };

describe('what is forwarded', () => {
  it('is text and files, and who said it and when; no mention, reply or metadata', () => {
    const message = aMessage({
      senderId: '200',
      createdAt,
      text: 'Hi',
      attachments: [file],
      replyTo: 1,
      threadOf: 1,
      mentions: ['300'],
      mentionAll: true,
      metadata: { a: 1 },
    });
    expect(forwardedContent(message)).toEqual({
      text: 'Hi',
      attachments: [file],
      forwarded: { senderId: '200', createdAt: createdAt.toISOString() },
    });
  });

  it('again, is still of the first who said it', () => {
    const forwarded = { senderId: '100', createdAt: '2026-01-01T00:00:00.000Z' };
    expect(forwardedContent(aMessage({ senderId: '200', forwarded }))).toMatchObject({ forwarded });
  });

  it('is no tombstone, and nothing that nobody wrote', () => {
    expect(() => forwardedContent(aMessage({ deletedAt: createdAt }))).toThrow('message.deleted');
    expect(() => forwardedContent(aMessage({ type: 'system' }))).toThrow('request.invalid');
  });

  it('is not changed by whoever forwards it', () => {
    const forwarded = { senderId: '100', createdAt: '2026-01-01T00:00:00.000Z' };
    const message = aMessage({ senderId: '200', forwarded });
    expect(() => requireEditable({ userId: '200', role: 'user' }, message)).toThrow('message.not_allowed');
  });
});
