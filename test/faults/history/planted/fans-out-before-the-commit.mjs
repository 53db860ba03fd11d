// Members hear of a message while its transaction is still under way.
import { WriterLane } from '../../../../dist/ledger/writer-lane.js';
import { replace } from './replace.mjs';

replace(
  WriterLane,
  'store',
  (original) =>
    async function store(batch) {
      const { lane } = this;
      const renders = batch.map(({ render }) => render);
      this.lane = {
        commit: async (manager, drafts) => {
          const result = await lane.commit(manager, drafts);
          lane.committed(result, renders);
          return result;
        },
        committed: () => undefined,
      };
      await original.call(this, batch);
      this.lane = lane;
    },
);
