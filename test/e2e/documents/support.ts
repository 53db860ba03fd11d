import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { expect, it } from 'vitest';
import { call, registerUser } from '../../support/rest.js';
import { aGuest, aTeam } from '../../support/support.js';
import { type Route, type World, answers } from './world.js';

/** All that the operations of the support teams answer. */
export function support(world: World): void {
  it('of support teams and their queues', async () => {
    const key = { 'idempotency-key': 'team' };
    const made = await world.asAdmin('POST /v1/support/teams', { name: 'Orders' }, key);
    expect(made.status).toBe(201);
    const team = await aTeam(world.node, world.admin);
    const other = await aTeam(world.node, world.admin, 'Billing');
    const [agent] = team.agents;
    const outsider = await registerUser(world.node);
    const guest = await aGuest(world.node);
    const as =
      ({ token }: { token: string }) =>
      (route: Route, body?: unknown, headers?: Record<string, string>) =>
        call(world.node, route, { token, body, headers });
    const [asAgent, asGuest, asOutsider] = [as(agent), as(guest), as(outsider)];
    const path = `/v1/support/teams/${team.id}` as const;
    expect(
      await answers(
        world.asAdmin('POST /v1/support/teams', { name: 'Other' }, key),
        world.asAda('POST /v1/support/teams', { name: 'Other' }),
        world.asAdmin(`PATCH ${path}`, { name: 'Orders' }),
        world.asAda(`PATCH ${path}`, { name: 'Mine' }),
        world.asAda(`DELETE ${path}`),
        world.asAda(`PUT ${path}/agents/${agent.id}`),
        world.asAda(`DELETE ${path}/agents/${agent.id}`),
        world.asAdmin(`PUT ${path}/agents/${guest.id}`),
        world.asAdmin(`DELETE ${path}/agents/x`),
        asGuest('GET /v1/support/teams'),
        asAgent(`GET ${path}/agents`),
        asGuest(`GET ${path}/agents`),
        asAgent(`GET ${path}/requests`),
        asGuest(`GET ${path}/requests`),
      ),
    ).toEqual([
      '422 idempotency.conflict',
      '403 auth.not_allowed',
      '200',
      ...Array.from({ length: 4 }, () => '403 auth.not_allowed'),
      '404 user.not_found',
      '404 user.not_found',
      '200',
      '200',
      '403 support_team.not_agent',
      '200',
      '403 support_team.not_agent',
    ]);
    const asked = await asGuest(`POST ${path}/requests`, { subject: 'Mine' }, { 'idempotency-key': 'ask' });
    const request = `/v1/support/requests/${asked.body.supportRequest.id}` as const;
    expect(
      await answers(
        asGuest(`POST ${path}/requests`, {}),
        asGuest(`POST ${path}/requests`, { subject: 'Other' }, { 'idempotency-key': 'ask' }),
        asGuest('GET /v1/support/requests'),
        asGuest(`GET ${request}`),
        asOutsider(`GET ${request}`),
        asGuest(`POST ${request}/take`),
        asGuest(`POST ${request}/transfer`, { teamId: team.id }),
      ),
    ).toEqual([
      '200',
      '422 idempotency.conflict',
      '200',
      '200',
      '404 support_request.not_found',
      '403 support_team.not_agent',
      '403 support_team.not_agent',
    ]);
    expect(await answers(asAgent(`POST ${request}/take`))).toEqual(['200']);
    expect(await answers(as(team.agents[1])(`POST ${request}/take`))).toEqual(['409 support_request.taken']);
    expect(await answers(asAgent(`POST ${request}/transfer`, { teamId: other.id }))).toEqual(['200']);
    expect(await answers(asAgent(`POST ${request}/close`), asAgent(`POST ${request}/reopen`))).toEqual([
      '403 support_team.not_agent',
      '403 support_team.not_agent',
    ]);
    expect(await answers(asGuest(`POST ${request}/close`))).toEqual(['200']);
    expect(await answers(as(other.agents[0])(`POST ${request}/transfer`, { teamId: team.id }))).toEqual([
      '409 support_request.closed',
    ]);
    expect(await answers(asGuest(`POST ${request}/reopen`))).toEqual(['200']);
    const claim = (who: { token: string }) =>
      answers(as(who)('POST /v1/support/requests/claim', { guestToken: guest.token }));
    expect(await claim(outsider)).toEqual(['200']);
    expect(await claim(outsider)).toEqual(['404 guest.not_found']);
    expect(await claim(await aGuest(world.node))).toEqual(['403 auth.not_allowed']);
    await fill(world, team.id);
    expect(
      await answers(
        world.asAdmin('POST /v1/support/teams', { name: 'One more' }),
        world.asAdmin(`PUT ${path}/agents/${outsider.id}`),
        world.asAdmin(`DELETE ${path}/agents/${agent.id}`),
        world.asAdmin(`DELETE ${path}`),
      ),
    ).toEqual(['409 support_team.too_many', '409 support_team.too_many_agents', '204', '204']);
    expect(await answers(world.asAdmin(`PUT ${path}/agents/${team.agents[1].id}`))).toEqual(['204']);
  });
}

/** As many teams as there may be, and as many agents of one of them. */
async function fill(world: World, teamId: string): Promise<void> {
  const dataSource = world.node.app.get<DataSource>(getDataSourceToken());
  const now = new Date();
  const teams = Array.from({ length: 100 }, (_, i) => [i + 1, 'Full', now]);
  await dataSource.query('INSERT INTO support_teams (id, name, createdAt) VALUES ?', [teams]);
  const agents = Array.from({ length: 200 }, (_, i) => [teamId, i + 1, now]);
  await dataSource.query('INSERT INTO support_agents (teamId, userId, createdAt) VALUES ?', [agents]);
}
