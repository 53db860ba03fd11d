// The wake-ups of one publication are handed over from the last to the first.
import { WakeUps } from '../../../../dist/mailbox/wake-ups.js';
import { replace } from './replace.mjs';

replace(
  WakeUps,
  'receive',
  (original) =>
    function receive(shard, message) {
      const [number, ...lines] = message.split('\n');
      return original.call(this, shard, [number, ...lines.toReversed()].join('\n'));
    },
);
