import { afterAll, beforeAll, expect, it } from 'vitest';
import { Metrics } from '../../../src/platform/metrics/metrics.js';
import { type TestNode, startNode } from '../../support/node.js';
import { call, registerUser } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

const METRICS_TOKEN = 'let-me-count';

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createDatabase('metrics');
  node = await startNode({ DATABASE_URL: database.url, METRICS_TOKEN });
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

async function read(): Promise<string> {
  const response = await fetch(`${node.url}/metrics`, {
    headers: { authorization: `Bearer ${METRICS_TOKEN}` },
  });
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  return response.text();
}

const counted = (text: string, labels: string): string | undefined =>
  new RegExp(`^mailroom_http_request_duration_seconds_count\\{${labels}\\} (\\d+)$`, 'm').exec(text)?.[1];

it('requests are counted by the template of their route, so that ids make no new numbers', async () => {
  const { token, id } = await registerUser(node);
  for (const user of [id, id, '1']) await call(node, `GET /v1/users/${user}`, { token });
  await fetch(`${node.url}/no/such/route`);
  const text = await read();
  expect(counted(text, 'method="GET",route="/v1/users/:id",status="200"')).toBe('2');
  expect(counted(text, 'method="GET",route="/v1/users/:id",status="404"')).toBe('1');
  expect(counted(text, 'method="GET",route="none",status="404"')).toBe('1');
  expect(text).not.toContain(id);
});

it('the process tells of itself', async () => {
  expect(await read()).toMatch(/^process_resident_memory_bytes \d+$/m);
});

it('what a module counts or measures is there', async () => {
  const metrics = node.app.get(Metrics);
  metrics.counter({ name: 'sends_total', help: 'Messages.', labelNames: ['door'] }).inc({ door: 'rest' }, 3);
  metrics.gauge({ name: 'connections', help: 'Open.' }, () => 7);
  const text = await read();
  expect(text).toContain('mailroom_sends_total{door="rest"} 3');
  expect(text).toContain('mailroom_connections 7');
});

it('no token of the API opens them', async () => {
  const { token } = await registerUser(node);
  expect((await call(node, 'GET /metrics', { token })).body.code).toBe('auth.token_invalid');
  expect((await call(node, 'GET /metrics')).body.code).toBe('auth.token_missing');
});
