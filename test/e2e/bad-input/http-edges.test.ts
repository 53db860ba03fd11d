import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aPair } from '../../support/chat.js';
import { type TestNode, startNode } from '../../support/node.js';
import { call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('http_edges');
  node = await startNode({ DATABASE_URL: database.url });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

/** What the node answers to bytes of our own, until it closes or has said all of its answer. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(node.url).port), '127.0.0.1', () => socket.write(request));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

it.each(['/v1/users/%zz', '/v1/users/%ED%A0%80', `/v1/users/${'a'.repeat(2000)}`])(
  'answers %.30s as a problem with a request id',
  async (path) => {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).toMatch(/application\/problem\+json/i);
    expect(answer).toMatch(/x-request-id: [0-9a-f-]{36}/i);
    expect(answer).toContain('"code":"route.not_found"');
  },
);

it.each([
  'HELLO\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
])('answers what is no HTTP as a problem, and closes', async (request) => {
  const answer = await raw(request);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain('"code":"request.invalid"');
});

it('opens no stream for HEAD', async () => {
  const { token } = await registerUser(node);
  const response = await fetch(`${node.url}/v1/events`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${token}` },
  });
  expect(response.status).toBe(404);
});

it.each(['__proto__', 'constructor', 'prototype'])('refuses an unknown field called %s', async (name) => {
  const { alice, conversationId } = await aPair(node);
  const body = `{"text":"hello","${name}":{"a":1}}`;
  const reply = await call(node, `POST /v1/conversations/${conversationId}/messages`, {
    token: alice.token,
    body,
  });
  expect(reply).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
});

it('gives metadata back as it came, whatever its members are called', async () => {
  const { alice, conversationId } = await aPair(node);
  const metadata = { constructor: { prototype: 1 }, toString: 'x' };
  const body = { text: 'hello', metadata };
  const reply = await call(node, `POST /v1/conversations/${conversationId}/messages`, {
    token: alice.token,
    body,
  });
  expect(reply.body.message.metadata).toEqual(metadata);
});
