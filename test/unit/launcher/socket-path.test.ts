import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makePrivateDirectory, socketPath } from '../../../src/launcher/socket-path.js';

let directory: string;
const made: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mailroom-paths-'));
});

afterEach(() => {
  for (const path of [directory, ...made.splice(0)]) rmSync(path, { recursive: true, force: true });
});

function aDirectoryOf(bytes: number): string {
  const path = join(directory, 'x'.repeat(bytes - Buffer.byteLength(directory) - 1));
  mkdirSync(path);
  return path;
}

function aShortPath(long: string): string {
  const path = socketPath(long, 'a.sock');
  if (!path.startsWith(directory)) made.push(dirname(path));
  return path;
}

it('keeps a socket in its directory up to 107 bytes', () => {
  const fitting = aDirectoryOf(107 - '/a.sock'.length);
  expect(aShortPath(fitting)).toBe(join(fitting, 'a.sock'));
});

it('moves a longer one to a private directory, the same each time', () => {
  const tooLong = aDirectoryOf(108 - '/a.sock'.length);
  const path = aShortPath(tooLong);
  expect(Buffer.byteLength(path)).toBeLessThanOrEqual(107);
  expect(path).not.toContain(tooLong);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  expect(aShortPath(tooLong)).toBe(path);
});

it('counts bytes, not letters', () => {
  const name = 'ü'.repeat(45);
  mkdirSync(join(directory, name));
  expect(aShortPath(join(directory, name))).not.toContain(name);
});

it('gives two directories two places', () => {
  const one = aDirectoryOf(120);
  const two = aDirectoryOf(121);
  expect(aShortPath(one)).not.toBe(aShortPath(two));
});

it('refuses a directory that others can enter', () => {
  chmodSync(directory, 0o755);
  expect(() => makePrivateDirectory(directory)).toThrow(/is open to other users/);
});

it('refuses a link in the place of a directory', () => {
  symlinkSync(directory, join(directory, 'link'));
  expect(() => makePrivateDirectory(join(directory, 'link'))).toThrow();
});
