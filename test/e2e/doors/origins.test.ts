import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type TestNode, startNode } from '../../support/node.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let own: TestNode;
let shared: TestNode;

beforeAll(async () => {
  database = await createDatabase('origins');
  own = await startNode({ DATABASE_URL: database.url });
  shared = await startNode({ DATABASE_URL: database.url, CORS_ORIGINS: 'https://app.example' });
});

afterAll(async () => {
  await Promise.all([own.stop(), shared.stop()]);
  await database.drop();
});

/** The status with which an upgrade is answered: 101 when it is allowed. */
function upgrade(node: TestNode, origin: string | undefined): Promise<number> {
  const url = `${node.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const socket = new WebSocket(url, { ...(origin !== undefined && { origin }) });
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.close();
      resolve(101);
    });
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.once('error', reject);
  });
}

it('a page of another origin opens no WebSocket', async () => {
  for (const origin of ['https://evil.example', 'null', 'nonsense', 'http://localhost:1']) {
    expect(await upgrade(own, origin)).toBe(400);
  }
  expect(await upgrade(shared, 'https://evil.example')).toBe(400);
  expect(await upgrade(shared, 'https://app.example.evil.example')).toBe(400);
});

it('a page of the same host, of a listed origin, and a program that is no page do', async () => {
  expect(await upgrade(own, own.url)).toBe(101);
  expect(await upgrade(own, undefined)).toBe(101);
  expect(await upgrade(shared, 'https://app.example')).toBe(101);
});

it('only listed origins may read answers of REST and SSE', async () => {
  const allowed = async (node: TestNode, origin: string) =>
    (await fetch(`${node.url}/health/live`, { headers: { origin } })).headers.get(
      'access-control-allow-origin',
    );
  expect(await allowed(own, 'https://app.example')).toBeNull();
  expect(await allowed(shared, 'https://app.example')).toBe('https://app.example');
  expect(await allowed(shared, 'https://evil.example')).toBeNull();
});
