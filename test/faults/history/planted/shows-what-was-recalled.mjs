// Whoever is shown a broadcast by its id is not told that it was recalled.
import { BroadcastsStore } from '../../../../dist/broadcast/broadcasts.store.js';
import { replace } from './replace.mjs';

const NEVER = new Date('9999-12-31T00:00:00.000Z');
replace(
  BroadcastsStore,
  'findMany',
  (original) =>
    async function findMany(ids) {
      const found = await original.call(this, ids);
      return new Map(
        [...found].map(([id, broadcast]) => [id, { ...broadcast, recalledAt: null, endsAt: NEVER }]),
      );
    },
);
