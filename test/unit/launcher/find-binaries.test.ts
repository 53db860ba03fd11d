import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findDatabase,
  findProgram,
  findRedis,
  searchDirectories,
} from '../../../src/launcher/find-binaries.js';

let first: string;
let second: string;

beforeEach(() => {
  first = mkdtempSync(join(tmpdir(), 'mailroom-first-'));
  second = mkdtempSync(join(tmpdir(), 'mailroom-second-'));
});

afterEach(() => {
  for (const directory of [first, second]) rmSync(directory, { recursive: true });
});

function aProgram(directory: string, name: string, { says = '', mode = 0o755 } = {}): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\necho '${says}'\n`, { mode });
  return path;
}

describe('searching', () => {
  it('takes the first of several directories', () => {
    const path = aProgram(first, 'tool');
    aProgram(second, 'tool');
    expect(findProgram('tool', [first, second])).toBe(path);
  });

  it('passes over what cannot be run', () => {
    aProgram(first, 'tool', { mode: 0o644 });
    const path = aProgram(second, 'tool');
    expect(findProgram('tool', [first, second])).toBe(path);
  });

  it("looks where an ordinary user's PATH does not", () => {
    expect(searchDirectories('/home/me/bin')).toEqual(expect.arrayContaining(['/home/me/bin', '/usr/sbin']));
    expect(searchDirectories('/home/me/bin')[0]).toBe('/home/me/bin');
  });
});

describe('the database', () => {
  it('is MariaDB with its installer', () => {
    const server = aProgram(first, 'mariadbd', { says: 'mariadbd  Ver 10.11.19-MariaDB' });
    const installer = aProgram(second, 'mariadb-install-db');
    expect(findDatabase([first, second])).toEqual({ flavour: 'mariadb', server, installer });
  });

  it('is MySQL, which needs no installer', () => {
    const server = aProgram(first, 'mysqld', {
      says: 'mysqld  Ver 8.4.3 for Linux (MySQL Community Server)',
    });
    expect(findDatabase([first])).toEqual({ flavour: 'mysql', server });
  });

  it('is MariaDB also where it is called mysqld', () => {
    aProgram(first, 'mysqld', { says: 'mysqld  Ver 10.11.19-MariaDB' });
    aProgram(first, 'mysql_install_db');
    expect(findDatabase([first])?.flavour).toBe('mariadb');
  });

  it('is none where MariaDB has no installer', () => {
    aProgram(first, 'mariadbd', { says: 'mariadbd  Ver 10.11.19-MariaDB' });
    expect(findDatabase([first])).toBeUndefined();
  });
});

describe('Redis', () => {
  it.each(['redis-server', 'valkey-server'])('is %s under its own name', (name) => {
    const server = aProgram(first, name);
    aProgram(first, 'redis-check-rdb');
    expect(findRedis([first])).toEqual({ server, needsAlias: false });
  });

  it.each(['redis-check-rdb', 'valkey-check-rdb'])('is %s under an alias', (name) => {
    const server = aProgram(first, name);
    expect(findRedis([first])).toEqual({ server, needsAlias: true });
  });

  it('is none on a machine without it', () => {
    expect(findRedis([first])).toBeUndefined();
  });
});
