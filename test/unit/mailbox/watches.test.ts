import { beforeEach, expect, it } from 'vitest';
import { Attachments } from '../../../src/mailbox/attachments.js';
import { Watches } from '../../../src/mailbox/watches.js';
import { Listener } from '../../support/listener.js';

const body = (userId: string): string => `"type":"presence.changed","data":{"userId":"${userId}"}}`;
const line = (userId: string, hearers: string[] = [], apart: string[] = []): string =>
  [userId, hearers.join(), apart.join(), body(userId)].join('\t');

let attachments: Attachments;
let watches: Watches;
let ada: Listener;
let bob: Listener;

beforeEach(() => {
  attachments = new Attachments();
  watches = new Watches(attachments);
  [ada, bob] = [new Listener('1'), new Listener('2')];
  for (const { connection } of [ada, bob]) attachments.add(connection);
});

const heardBy = ({ shown }: Listener): string[] => shown.map(({ json }) => JSON.parse(json).data.userId);

it('news come to all connections of those who are told, and to the one that watches', () => {
  const second = new Listener('1');
  attachments.add(second.connection);
  watches.add(bob.connection, ['8', '9']);
  watches.show([line('9', ['1', '7']), line('8')].join('\n'));
  expect([heardBy(ada), heardBy(second), heardBy(bob)]).toEqual([['9'], ['9'], ['9', '8']]);
});

it('news come once to who is told and watches as well', () => {
  watches.add(ada.connection, ['9']);
  watches.show(line('9', ['1']));
  expect(heardBy(ada)).toEqual(['9']);
});

it('news do not come to watchers who must not hear, nor by a watch of oneself', () => {
  watches.add(ada.connection, ['9', '1']);
  watches.add(bob.connection, ['9']);
  watches.show([line('9', [], ['1', '3']), line('1')].join('\n'));
  expect([heardBy(ada), heardBy(bob)]).toEqual([[], ['9']]);
});

it('a connection that watches no more hears nothing, and what it watched costs nothing', () => {
  watches.add(ada.connection, ['8', '9']);
  watches.add(bob.connection, ['9']);
  watches.remove(bob.connection, ['9', '10']);
  expect([...watches.of(ada.connection)]).toEqual(['8', '9']);
  watches.forget(ada.connection);
  watches.add(ada.connection, ['8']);
  watches.show([line('8'), line('9')].join('\n'));
  expect([heardBy(ada), heardBy(bob), watches.count, watches.of(ada.connection).size]).toEqual([
    [],
    [],
    0,
    0,
  ]);
});
