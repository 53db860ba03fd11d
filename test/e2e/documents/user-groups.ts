import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { expect, it } from 'vitest';
import { type World, answers } from './world.js';

/** All that the operations of groups of users answer. */
export function userGroups(world: World): void {
  it('of groups of users', async () => {
    const key = { 'idempotency-key': 'user-group' };
    const made = await world.asAdmin('POST /v1/user-groups', { name: 'Warehouse' }, key);
    expect(made.status).toBe(201);
    const path = `/v1/user-groups/${made.body.userGroup.id}` as const;
    const users = { userIds: [world.ada.id] };
    expect(
      await answers(
        world.asAdmin('POST /v1/user-groups', { name: 'Other' }, key),
        world.asAda('POST /v1/user-groups', { name: 'Mine' }),
        world.asAda('GET /v1/user-groups'),
        world.asAdmin('GET /v1/user-groups'),
        world.asAda(`GET ${path}`),
        world.asAdmin(`GET ${path}`),
        world.asAda(`PATCH ${path}`, { name: 'Mine' }),
        world.asAdmin(`PATCH ${path}`, { name: 'Night shift' }),
        world.asAda(`POST ${path}/members`, users),
        world.asAdmin(`POST ${path}/members`, { userIds: ['1'] }),
        world.asAdmin(`POST ${path}/members`, users),
        world.asAda(`GET ${path}/members`),
        world.asAdmin(`GET ${path}/members`),
        world.asAda(`DELETE ${path}/members/${world.ada.id}`),
        world.asAdmin(`DELETE ${path}/members/x`),
        world.asAdmin(`DELETE ${path}/members/${world.ada.id}`),
        world.asAda(`DELETE ${path}`),
      ),
    ).toEqual([
      '422 idempotency.conflict',
      '403 auth.not_allowed',
      '403 auth.not_allowed',
      '200',
      '403 auth.not_allowed',
      '200',
      '403 auth.not_allowed',
      '200',
      '403 auth.not_allowed',
      '404 user.not_found',
      '204',
      '403 auth.not_allowed',
      '200',
      '403 auth.not_allowed',
      '404 user.not_found',
      '204',
      '403 auth.not_allowed',
    ]);
    expect(await answers(world.asAdmin(`DELETE ${path}`))).toEqual(['204']);
    expect(
      await answers(
        world.asAdmin(`GET ${path}`),
        world.asAdmin(`PATCH ${path}`, { name: 'Gone' }),
        world.asAdmin(`POST ${path}/members`, users),
        world.asAdmin(`GET ${path}/members`),
        world.asAdmin(`DELETE ${path}/members/${world.ada.id}`),
        world.asAdmin(`DELETE ${path}`),
      ),
    ).toEqual(Array.from({ length: 6 }, () => '404 user_group.not_found'));
    const many = Array.from({ length: 1_000 }, (_, i) => [i + 1_000, 'Full', new Date()]);
    const dataSource = world.node.app.get<DataSource>(getDataSourceToken());
    await dataSource.query('INSERT INTO user_groups (id, name, createdAt) VALUES ?', [many]);
    expect(await answers(world.asAdmin('POST /v1/user-groups', { name: 'One more' }))).toEqual([
      '409 user_group.too_many',
    ]);
  });
}
