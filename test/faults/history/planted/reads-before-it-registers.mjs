// Where the stream begins is decided a little after the snapshot was taken, not before.
import { setTimeout as delay } from 'node:timers/promises';
import { Arrivals } from '../../../../dist/offline/arrivals.js';
import { replace } from './replace.mjs';

replace(
  Arrivals,
  'at',
  (original) =>
    async function at(userId, cursor, tail) {
      const arrival = await original.call(this, userId, cursor, tail);
      await delay(200);
      const { tail: later } = await this.mailbox.read(userId, arrival.position, 1);
      return { ...arrival, position: later };
    },
);
