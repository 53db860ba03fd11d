import { describe, expect, it } from 'vitest';
import type { Operation } from '../../support/api-document.js';
import { call } from '../../support/rest.js';
import { type Route, type World, answers } from './world.js';

const schemes = ['bearer', 'streamToken', 'streamCookie'];

const needsToken = ({ security = [] }: Operation): boolean =>
  security.every((way) => schemes.some((scheme) => scheme in way));

/** What any operation answers to a request that is wrong, as the document tells which can be. */
export function refusals(world: World): void {
  describe('what every operation answers', () => {
    it('without a token, or with a wrong one, is 401 where the document asks for one', async () => {
      const guarded = world.operations().filter(([, operation]) => needsToken(operation));
      expect(guarded.length).toBeGreaterThan(20);
      for (const [route] of guarded) {
        const tokens = [undefined, 'nonsense'];
        const replies = tokens.map((token) => call(world.node, world.existing(route), { token }));
        expect([route, await answers(...replies)]).toEqual([
          route,
          ['401 auth.token_missing', '401 auth.token_invalid'],
        ]);
      }
    });

    it('to a body of the wrong form, a wrong type of it, or too much of it, is documented', async () => {
      const taking = world
        .operations()
        .filter(([, { requestBody }]) => requestBody && 'application/json' in requestBody.content);
      expect(taking.length).toBeGreaterThan(10);
      for (const [route, operation] of taking) {
        const token = world.tokenFor(operation);
        const example = operation.requestBody?.content['application/json']?.example as object;
        const post = (body: unknown, headers = {}) =>
          call(world.node, world.existing(route), { token, body, headers });
        const replies = await answers(
          post('{"broken'),
          post({ ...example, unknownField: 1 }),
          post('<xml/>', { 'content-type': 'application/xml' }),
          post({ text: 'x'.repeat(70_000) }),
        );
        expect([route, replies]).toEqual([
          route,
          [
            '400 request.invalid',
            '400 request.invalid',
            '415 request.unsupported_media_type',
            '413 request.too_large',
          ],
        ]);
      }
    });

    it('to a malformed or unknown id is 404', async () => {
      const naming = world
        .operations()
        .filter(([route]) => route.includes('{id}') || route.includes('{seq}'));
      expect(naming.length).toBeGreaterThan(10);
      for (const [route, operation] of naming) {
        const token = world.tokenFor(operation);
        const body = operation.requestBody?.content['application/json']?.example;
        for (const [id, seq] of [
          ['nonsense', '1'],
          ['1', '1'],
          [world.conversationId, '0'],
        ] as const) {
          const path = route
            .replace('{id}', id)
            .replace('{seq}', seq)
            .replace('{emoji}', encodeURIComponent('👍'));
          if (!route.includes('{seq}') && id === world.conversationId) continue;
          const { status, body: answer } = await call(world.node, path as Route, { token, body });
          expect([path, status, answer.code]).toEqual([path, 404, expect.stringMatching(/^\w+\.not_found$/)]);
        }
      }
    });

    it('to a query that is out of bounds is 400', async () => {
      const bounded = world
        .operations()
        .flatMap(([route, operation]) =>
          (operation.parameters ?? [])
            .filter(({ in: where, schema }) => where === 'query' && schema && 'maximum' in schema)
            .map(({ name }) => ({ route, name, token: world.tokenFor(operation) })),
        );
      expect(bounded.length).toBeGreaterThan(8);
      for (const { route, name, token } of bounded) {
        for (const value of ['-1', '99999999999', 'x']) {
          const { status, body } = await call(
            world.node,
            `${world.existing(route)}?${name}=${value}` as Route,
            { token },
          );
          expect([route, name, value, status, body.code]).toEqual([
            route,
            name,
            value,
            400,
            'request.invalid',
          ]);
        }
      }
    });

    it('to the example of its request body is not that its form is wrong', async () => {
      for (const [route, operation] of world.operations()) {
        const body = operation.requestBody?.content['application/json']?.example;
        // This would end the session with which the others are tried.
        if (body === undefined || route.endsWith('/logout')) continue;
        const token = world.tokenFor(operation);
        const reply = await call(world.node, world.existing(route), { token, body });
        expect([route, reply.status, reply.body?.code]).not.toContain('request.invalid');
        expect([route, reply.status]).not.toContain(500);
      }
    });
  });
}
