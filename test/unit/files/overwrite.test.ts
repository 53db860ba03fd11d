import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { overwrite } from '../../../src/files/uploads/overwrite.js';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mailroom-overwrite-'));
  path = join(directory, 'image');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('puts zeros wherever the bytes stand, with or without what a library puts before them', async () => {
  writeFileSync(path, 'one GPS two GPS');
  await overwrite(path, Buffer.from('Exif\0\0GPS', 'latin1'));
  expect(readFileSync(path, 'latin1')).toBe('one \0\0\0 two \0\0\0');
});

it('refuses bytes that stand nowhere', async () => {
  writeFileSync(path, 'nothing of it');
  await expect(overwrite(path, Buffer.from('GPS'))).rejects.toThrow('is not where it can be removed');
});

it('has nothing to do, and comes to an end, where the metadata is empty', async () => {
  writeFileSync(path, 'Exif\0\0 and more');
  await overwrite(path, Buffer.from('Exif\0\0', 'latin1'));
  expect(readFileSync(path, 'latin1')).toBe('Exif\0\0 and more');
});
