import 'reflect-metadata';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ErrorKind } from '../../../src/platform/errors/chat-error.js';
import { errorCodes } from '../../../src/platform/errors/codes.js';
import { statusOf } from '../../../src/platform/errors/problem.js';
import { AttentionCommands } from '../../../src/transport/attention-commands.js';
import { Commands } from '../../../src/transport/commands.js';
import { ConnectionCommands } from '../../../src/transport/connection-commands.js';
import { MessageCommands } from '../../../src/transport/message-commands.js';
import { PresenceCommands } from '../../../src/transport/presence-commands.js';
import { eventSchemas } from '../../../src/transport/events.dto.js';
import { root } from './pages.js';

const protocol = readFileSync(join(root, 'docs/protocol.md'), 'utf8');

/** The rows of the table of codes: code and status. */
const documented = new Map(
  [...protocol.matchAll(/^\| `([a-z_.]+)` +\| (\d{3}) +\|/gm)].map(([, code = '', status = '']) => [
    code,
    Number(status),
  ]),
);

/** The first column of the first table after a heading. */
function rowsUnder(heading: string): string[] {
  const [, section = ''] = protocol.split(`\n## ${heading}\n`);
  const [table = ''] = /(?:^\|.*\n)+/m.exec(section) ?? [];
  return [...table.matchAll(/^\| `([a-z_.]+)`/gm)].map(([, name = '']) => name);
}

/** Every code that stands in the source as it is thrown, whether or not the API documents list it. */
function thrown(): Map<string, ErrorKind> {
  const found = new Map<string, ErrorKind>();
  for (const name of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const source = readFileSync(join(root, 'src', name), 'utf8');
    for (const [, kind, code = ''] of source.matchAll(/(?:new ChatError|super)\(\s*'(\w+)',\s*'([\w.]+)'/g))
      found.set(code, kind as ErrorKind);
  }
  return found;
}

const listed = new Map<string, ErrorKind>(Object.entries(errorCodes).map(([code, [kind]]) => [code, kind]));

test('docs/protocol.md lists every error code, and no other', () => {
  const expected = new Set([...listed.keys(), ...thrown().keys()]);
  expect([...documented.keys()].toSorted()).toEqual([...expected].toSorted());
});

test('docs/protocol.md gives each error code its status', () => {
  const expected = [...thrown(), ...listed].map(([code, kind]) => [code, statusOf(kind)]);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(expected));
});

test('docs/protocol.md lists every event, and no other', () => {
  expect(rowsUnder('Events').toSorted()).toEqual(Object.keys(eventSchemas).toSorted());
});

/** Its services are not called. */
const made = <A extends unknown[], T>(commands: new (...services: A) => T): T =>
  new commands(...([] as unknown as A));

test('docs/protocol.md lists every command, and no other', () => {
  const { table } = new Commands(
    made(MessageCommands),
    made(AttentionCommands),
    made(PresenceCommands),
    made(ConnectionCommands),
  );
  expect(rowsUnder('Door 1: Socket.IO').toSorted()).toEqual(Object.keys(table).toSorted());
});
