import { expect, it } from 'vitest';
import { aGuest } from '../../support/groups.js';
import { type TestUser, call, registerUser } from '../../support/rest.js';
import { type Route, type World, answers } from './world.js';

/** All that the operations around contacts and blocks answer. */
export function contacts(world: World): void {
  it('of contacts and requests', async () => {
    const people = ['xena', 'yves', 'yoko'].map((name) => registerUser(world.node, name));
    const [xena, yves, yoko] = (await Promise.all(people)) as [TestUser, TestUser, TestUser];
    const guest = await aGuest(world.node);
    const as =
      ({ token }: TestUser, route: Route) =>
      () =>
        call(world.node, route, { token });
    const [contact, request] = ['/v1/contacts', '/v1/contact-requests'];
    const steps: [answer: string, reply: () => ReturnType<typeof call>][] = [
      ['404 contact.not_found', as(xena, `GET ${contact}/${yves.id}`)],
      ['404 user.not_found', as(xena, `PUT ${contact}/1`)],
      ['404 user.not_found', as(xena, `DELETE ${contact}/1`)],
      ['403 contact.not_allowed', as(xena, `PUT ${contact}/${guest.id}`)],
      ['202', as(xena, `PUT ${contact}/${yves.id}`)],
      ['200', as(yves, `GET ${request}`)],
      ['200', as(yves, `POST ${request}/${xena.id}/accept`)],
      ['404 contact_request.not_found', as(xena, `POST ${request}/${yoko.id}/accept`)],
      ['404 contact_request.not_found', as(xena, `POST ${request}/${yoko.id}/decline`)],
      ['404 contact_request.not_found', as(xena, `DELETE ${request}/${yoko.id}`)],
      ['200', as(xena, `GET ${contact}`)],
      ['200', as(xena, `GET ${contact}/${yves.id}`)],
      ['200', as(xena, `PUT ${contact}/${yves.id}`)],
      ['202', as(xena, `PUT ${contact}/${yoko.id}`)],
      ['204', as(yoko, `POST ${request}/${xena.id}/decline`)],
      ['202', as(xena, `PUT ${contact}/${yoko.id}`)],
      ['204', as(xena, `DELETE ${request}/${yoko.id}`)],
      ['202', as(xena, `PUT ${contact}/${world.ada.id}`)],
      ['409 contact.too_many', as(xena, `PUT ${contact}/${yoko.id}`)],
      ['202', as(yoko, `PUT ${contact}/${xena.id}`)],
      ['409 contact.too_many', as(xena, `POST ${request}/${yoko.id}/accept`)],
      ['204', as(xena, `DELETE ${contact}/${yves.id}`)],
    ];
    for (const [answer, reply] of steps) expect(await answers(reply())).toEqual([answer]);
  });

  it('of blocks', async () => {
    const zoe = await registerUser(world.node, 'zoe');
    const block = `/v1/blocks/${zoe.id}`;
    const asZoe = (route: Route, body: object) => call(world.node, route, { token: zoe.token, body });
    const steps: [answer: string, reply: () => ReturnType<typeof call>][] = [
      ['204', () => world.asAda(`PUT ${block}`)],
      ['200', () => world.asAda('GET /v1/blocks')],
      ['403 conversation.not_allowed', () => asZoe('POST /v1/messages', { to: 'ada', text: 'Hi' })],
      ['204', () => world.asAda(`DELETE ${block}`)],
      ['400 request.invalid', () => world.asAda(`PUT /v1/blocks/${world.ada.id}`)],
      ['404 user.not_found', () => world.asAda('PUT /v1/blocks/1')],
      ['404 user.not_found', () => world.asAda('DELETE /v1/blocks/x')],
    ];
    for (const [answer, reply] of steps) expect(await answers(reply())).toEqual([answer]);
  });
}
