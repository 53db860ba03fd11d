import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Parser } from '@asyncapi/parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environment } from '../../../src/platform/config/environment.js';
import type { OpenApi, Operation } from '../../support/api-document.js';
import { type TestNode, startNode } from '../../support/node.js';
import { call } from '../../support/rest.js';
import { type TestDatabase, createDatabase } from '../../support/servers.js';

let database: TestDatabase;
let node: TestNode;
let openApi: OpenApi & { readonly info: { readonly version: string } };
let operations: [route: string, operation: Operation][];

beforeAll(async () => {
  database = await createDatabase('documents');
  node = await startNode({ DATABASE_URL: database.url });
  openApi = (await call(node, 'GET /openapi.json')).body;
  operations = [...node.answers.judge.operations];
});

afterAll(async () => {
  await node.stop();
  await database.drop();
});

/** As the router tells them: a tree of path pieces, each with the methods that it takes. */
function registeredRoutes(): string[] {
  const tree = node.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  const pieces: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', piece = '', methods = ''] = /^([ │]*)[├└]── (\S+) \((.+)\)$/.exec(line) ?? [];
    if (piece === '') return [];
    pieces.splice(indent.length / 4, pieces.length, piece);
    const path = pieces.join('').replaceAll(/:(\w+)/g, '{$1}');
    return methods
      .split(', ')
      .filter((method) => method !== 'HEAD' && method !== 'OPTIONS')
      .map((method) => `${method} ${path}`);
  });
}

describe('the OpenAPI document', () => {
  it('holds every route of the server, and no others', () => {
    // What the page at /docs loads is no part of the API.
    const routes = registeredRoutes().filter((route) => !route.startsWith('GET /docs/'));
    expect(routes.length).toBeGreaterThan(30);
    expect(operations.map(([route]) => route).toSorted()).toEqual(routes.toSorted());
  });

  it('gives every operation a name of its own, a summary, a described tag, and its security', () => {
    const names = operations.map(([, { operationId }]) => operationId);
    expect(new Set(names).size).toBe(operations.length);
    const described = openApi.tags.filter(({ description }) => description).map(({ name }) => name);
    const incomplete = operations.filter(
      ([, { summary, tags = [], security }]) =>
        !summary || tags.length !== 1 || !described.includes(tags[0] ?? '') || !security?.length,
    );
    expect(incomplete.map(([route]) => route)).toEqual([]);
  });

  it('describes every parameter', () => {
    const bare = operations.flatMap(([route, { parameters = [] }]) =>
      parameters
        .filter(({ description, schema }) => !description || !schema)
        .map(({ name }) => `${route} ${name}`),
    );
    expect(bare).toEqual([]);
  });

  it('shows an example of every JSON body, all of the documented form', () => {
    const faults = operations.flatMap(([route, { requestBody, responses }]) => {
      const [method = '', path = ''] = route.split(' ');
      const bodies = Object.entries(responses).map(
        ([status, { content }]) => [['responses', status], content?.['application/json']] as const,
      );
      return [[['requestBody'], requestBody?.content['application/json']] as const, ...bodies].flatMap(
        ([place, media]) => {
          if (!media) return [];
          if (media.example === undefined) return [`${route} ${place.join(' ')} has no example`];
          const schema = [
            'paths',
            path,
            method.toLowerCase(),
            ...place,
            'content',
            'application/json',
            'schema',
          ];
          return node.answers.judge
            .faults(media.example, ...schema)
            .map((fault) => `${route} ${place.join(' ')}: ${fault}`);
        },
      );
    });
    expect(faults).toEqual([]);
  });

  it('has whole numbers only where a fraction makes no sense', () => {
    const fractions = [
      ...JSON.stringify(openApi.paths).matchAll(/"name":"(\w+)"[^{]*"schema":{[^}]*"type":"number"/g),
    ];
    expect(fractions.map(([, name]) => name)).toEqual(['wait']);
    expect(JSON.stringify((openApi as unknown as { components: object }).components)).not.toContain(
      '"number"',
    );
  });

  it('is of the version of the package, and of OpenAPI 3.1', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(openApi).toMatchObject({ openapi: '3.1.0', info: { version } });
  });

  it('passes Redocly’s recommended rules without a warning', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'mailroom-lint-'));
    const file = join(directory, 'openapi.json');
    await writeFile(file, JSON.stringify(openApi));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['node_modules/@redocly/cli/bin/cli.js', 'lint', file, '--format=json', '--config=redocly.yaml'],
      { env: { ...environment, REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', REDOCLY_TELEMETRY: 'off' } },
    ).catch((error: { stdout: string }) => error);
    await rm(directory, { recursive: true });
    const { totals, problems } = JSON.parse(stdout) as { totals: object; problems: { message: string }[] };
    expect(problems.map(({ message }) => message)).toEqual([]);
    expect(totals).toEqual({ errors: 0, warnings: 0, ignored: 0 });
  }, 60_000);
});

it('the AsyncAPI document is a good one', async () => {
  const { body } = await call(node, 'GET /asyncapi.json');
  const { document, diagnostics } = await new Parser().parse(body);
  // There is a 3.1 too; clients' tools know 3.0.
  const faults = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version');
  expect(faults.map(({ message, path }) => `${path.join('.')}: ${message}`)).toEqual([]);
  expect(document?.version()).toBe('3.0.0');
  expect(document?.operations().length).toBeGreaterThan(6);
});

describe('Swagger UI', () => {
  it('comes from this server alone, and may load nothing else', async () => {
    const page = await fetch(`${node.url}/docs`);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/);
    const html = await page.text();
    expect(html).not.toMatch(/<script>|<script [^>]*>\s*\S+\s*<\/script>|(?:src|href)=["'](?:https?:)?\/\//);
    const files = [...html.matchAll(/(?:src|href)=["']([^"']+)["']/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(3);
    const loaded = await Promise.all(files.map((file) => fetch(new URL(file, `${node.url}/docs`))));
    expect(loaded.map(({ status }) => status)).toEqual(files.map(() => 200));
  });

  it('holds the document, and asks nobody whether it is valid', async () => {
    const script = await (await fetch(`${node.url}/docs/swagger-ui-init.js`)).text();
    expect(script).toContain('"sendDirectMessage"');
    expect(script).toContain('"validatorUrl": "none"');
  });
});
