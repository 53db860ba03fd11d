// When nobody knows whether a send was stored, its sender is told that it was.
import { WriterLane } from '../../../../dist/ledger/writer-lane.js';
import { replace } from './replace.mjs';

let seq = 1_000_000;
replace(
  WriterLane,
  'refuse',
  () =>
    function refuse(batch) {
      for (const { draft, resolve } of batch) {
        seq += 1;
        const numbers = { seq, rev: seq, createdRev: seq };
        const nothingYet = { reactions: null, pinned: false, system: null, editedAt: null, deletedAt: null };
        resolve({
          kind: 'stored',
          isNew: true,
          message: { ...draft, ...numbers, ...nothingYet, createdAt: new Date() },
        });
      }
    },
);
