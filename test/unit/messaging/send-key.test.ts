import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SendMessage } from '../../../src/messaging/messages.dto.js';
import { digestOf, repeatable } from '../../../src/messaging/send-key.js';

const hex = (input: object): string => digestOf(input as SendMessage).toString('hex');

describe('the digest of a send', () => {
  it('is another for whatever else was said', () => {
    const sends = [
      { text: 'Hi' },
      { text: 'Ho' },
      { text: 'Hi', metadata: { a: 1 } },
      { text: 'Hi', replyTo: 1 },
      { text: 'Hi', threadOf: 1 },
      { text: 'Hi', mentions: ['1'] },
      { text: 'Hi', mentionAll: true },
      { text: 'Hi', attachments: ['1'] },
    ];
    expect(new Set(sends.map(hex)).size).toBe(sends.length);
  });

  it('is the same in whatever order, without the clientId and what says nothing', () => {
    const digest = hex({ text: 'Hi', metadata: { a: 1, b: 2 } });
    expect(hex({ metadata: { b: 2, a: 1 }, clientId: 'c', text: 'Hi' })).toBe(digest);
    expect(hex({ text: 'Hi', metadata: { a: 1, b: 2 }, mentions: [], mentionAll: false })).toBe(digest);
  });

  it('of text and metadata alone stays what it was when there was nothing else', () => {
    const former = createHash('sha256').update('["Hi",null]').digest().subarray(0, 16);
    expect(hex({ text: 'Hi' })).toBe(former.toString('hex'));
  });
});

describe('the key of a send', () => {
  it('is the clientId, else the retry key, else the message’s own id', () => {
    expect(repeatable({ clientId: 'c', text: 'Hi' }, '7', 'retry').sendKey).toBe('c:c');
    expect(repeatable({ text: 'Hi' }, '7', 'retry').sendKey).toMatch(/^k:/);
    expect(repeatable({ text: 'Hi' }, '7', undefined).sendKey).toBe('i:7');
  });
});
