import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DemoUser {
  username: string;
  displayName: string;
  password: string;
}

const NAMES = { alice: 'Alice', bob: 'Bob' };

/** Without what looks alike, or needs quoting in a shell. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const PASSWORD_LENGTH = 14; // about 69 bits

/**
 * Registers Alice and Bob by the public API, as any client would. Their passwords are made once and kept beside
 * the data, readable by its owner alone. Answers nobody where registration does not work.
 */
export async function makeDemoUsers(address: string, dataDirectory: string): Promise<DemoUser[]> {
  const users = readOrMake(join(dataDirectory, 'demo-users.json'));
  for (const user of users) {
    const status = await register(address, user);
    const exists = status === 409;
    if (status !== 201 && !exists) return [];
  }
  return users;
}

function readOrMake(path: string): DemoUser[] {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as DemoUser[];
  const users = Object.entries(NAMES).map(([username, displayName]) => ({
    username,
    displayName,
    password: makePassword(),
  }));
  writeFileSync(`${path}.new`, `${JSON.stringify(users, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return users;
}

function makePassword(): string {
  return Array.from({ length: PASSWORD_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

async function register(address: string, user: DemoUser): Promise<number> {
  const response = await fetch(`${address}/v1/auth/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(user),
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status ?? 0;
}
