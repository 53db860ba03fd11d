import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDemoUsers } from '../../../src/launcher/demo-users.js';

let directory: string;
let server: Server;
let address: string;
let answer: number;
let received: unknown[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mailroom-demo-'));
  answer = 201;
  received = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      received.push([request.method, request.url, JSON.parse(body)]);
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

it('registers Alice and Bob as any client would', async () => {
  const [alice, bob] = await makeDemoUsers(address, directory);
  expect(alice).toMatchObject({ username: 'alice', displayName: 'Alice' });
  expect(received).toEqual([
    ['POST', '/v1/auth/register', alice],
    ['POST', '/v1/auth/register', bob],
  ]);
});

it('makes passwords that differ, and that a shell takes as they are', async () => {
  const passwords = (await makeDemoUsers(address, directory)).map(({ password }) => password);
  expect(new Set(passwords).size).toBe(2);
  for (const password of passwords) expect(password).toMatch(/^[a-z0-9]{14}$/);
});

it('keeps the passwords, for its owner alone, and gives the same when the users exist', async () => {
  const first = await makeDemoUsers(address, directory);
  answer = 409;
  expect(await makeDemoUsers(address, directory)).toEqual(first);
  const file = join(directory, 'demo-users.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(first);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('names nobody where registration is off', async () => {
  answer = 403;
  expect(await makeDemoUsers(address, directory)).toEqual([]);
});
