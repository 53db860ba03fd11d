import { expect, it } from 'vitest';
import { connectionIdOf, devicesIn } from '../../../src/mailbox/devices.js';

const socket = connectionIdOf('ws', '7', 'abc');
const other = connectionIdOf('ws', '7', 'def.g');
const stream = connectionIdOf('sse', '8', 'xyz');

it('each connection is a device, by the door that it came through', () => {
  const fields = { floor: '1-0', acked: '1-0', [`c:${socket}`]: 'n1', [`c:${stream}`]: 'n2' };
  expect(devicesIn(fields)).toEqual([
    { door: 'socket.io', isIdle: false },
    { door: 'sse', isIdle: false },
  ]);
});

it('all polls of a session are one, on whichever nodes; somebody is there if they are at one of them', () => {
  const polls = ['n1', 'n2'].map((node) => connectionIdOf('poll', '9', node));
  const fields = Object.fromEntries(polls.map((id) => [`c:${id}`, 'n']));
  expect(devicesIn(fields)).toEqual([{ door: 'poll', isIdle: false }]);
  expect(devicesIn({ ...fields, [`i:${polls[0]}`]: '1' })).toEqual([{ door: 'poll', isIdle: false }]);
  expect(devicesIn({ ...fields, 'i:9': '1' })).toEqual([{ door: 'poll', isIdle: true }]);
});

it('a connection’s own word counts before its session’s', () => {
  const fields = { [`c:${socket}`]: 'n', [`c:${other}`]: 'n', 'i:7': '1', [`i:${other}`]: '0' };
  expect(devicesIn(fields).map(({ isIdle }) => isIdle)).toEqual([true, false]);
});

it('a word of who is not connected is of no device', () => {
  expect(devicesIn({ [`i:${socket}`]: '1', 'i:7': '1' })).toEqual([]);
});

it('what a former version has registered is a device too', () => {
  expect(devicesIn({ 'c:Qm3x_Yz-1': 'n' })).toEqual([{ door: 'socket.io', isIdle: false }]);
});
