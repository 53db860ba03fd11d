// A replay brings one message of each conversation, and says that all is there.
import { Replays } from '../../../../dist/offline/replays.js';
import { replace } from './replace.mjs';

replace(
  Replays,
  'page',
  (original) =>
    function page(userId, plan, missed, seq) {
      return original.call(this, userId, plan, missed, seq, 1);
    },
);
