import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { greeting, shellLines } from '../../../src/launcher/greeting.js';

const address = 'http://127.0.0.1:3000';
const demoUsers = [
  { username: 'alice', displayName: 'Alice', password: 'apassword' },
  { username: 'bob', displayName: 'Bob', password: 'bpassword' },
];

it('says where to go and whom to be', () => {
  const text = greeting({ address, demoUsers, isColoured: false });
  expect(text).toContain(`Listening   ${address}\n`);
  expect(text).toContain(`API docs    ${address}/docs\n`);
  expect(text).toMatch(/alice +apassword\n/);
  expect(text).toMatch(/bob +bpassword\n/);
});

it('is plain text without colours, and the same text with them', () => {
  const plain = greeting({ address, demoUsers, isColoured: false });
  const coloured = greeting({ address, demoUsers, isColoured: true });
  expect(plain).not.toContain('\u001b');
  expect(coloured).toContain('\u001b[');
  // oxlint-disable-next-line no-control-regex
  expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain);
});

it('shows no lines to paste where there are no demo users', () => {
  expect(greeting({ address, demoUsers: [], isColoured: false })).not.toContain('curl');
});

it.each(['sh', 'bash'])('gives three lines that %s can parse', (shell) => {
  const lines = shellLines(address, demoUsers);
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(execFileSync(shell, ['-n', '-c', line]).toString()).toBe('');
});
