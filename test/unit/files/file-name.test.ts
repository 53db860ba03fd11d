import { describe, expect, it } from 'vitest';
import { fc } from '../../support/property.js';
import { cleanFileName } from '../../../src/files/uploads/file-name.js';

describe('the name of an upload', () => {
  it.each([
    ['plan.pdf', 'plan.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\ada\\plan.pdf', 'plan.pdf'],
    ['a\r\nSet-Cookie: b.txt', 'aSet-Cookie: b.txt'],
    ['  上海.txt ', '上海.txt'],
    ['exe\u202etxt.gpj', 'exetxt.gpj'],
    ['👩‍👩‍👧.png', '👩‍👩‍👧.png'],
    ['e\u0301.txt', 'é.txt'],
    ['.gitignore', '.gitignore'],
    ['..', 'file'],
    ['a/', 'file'],
    ['', 'file'],
    [undefined, 'file'],
    ['\ud800x', '\ufffdx'],
  ])('%j becomes %j', (given, cleaned) => {
    expect(cleanFileName(given)).toBe(cleaned);
  });

  it('keeps its ending when it is cut', () => {
    const cut = cleanFileName(`${'海'.repeat(200)}.jpeg`);
    expect(cut).toMatch(/^海+\.jpeg$/);
    expect(Buffer.byteLength(cut)).toBeGreaterThan(250);
  });

  const characters = [
    '/',
    '\\',
    '.',
    '\r',
    '\n',
    '\0',
    '\u202e',
    '\u200b',
    '\ud800',
    ' ',
    'e',
    '\u0301',
    '海',
    '👩',
  ];

  it('is always a short one of one line, no path, and stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...characters), maxLength: 200 }), (given) => {
        const name = cleanFileName(given);
        expect(name).not.toMatch(/[/\\\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]|^\.*$/u);
        expect(name.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        expect(cleanFileName(name)).toBe(name);
      }),
    );
  });
});
