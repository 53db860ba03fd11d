import type { Workload } from '../workload.js';
import { groupOf } from './fan-out.js';
import { onTheWay } from './pairs.js';

/** W1 and W2 once more, read through other doors; idle ones are in W3. */
export const w6: Workload = {
  name: 'w6',
  title: 'Other doors',
  about: 'W1 and W2 as above, but whoever reads does it by SSE or by long poll. All send by Socket.IO.',
  rounds: 3,
  cases: [
    onTheWay(1, ['mailroom', 'mailroom-sse', 'mailroom-poll']),
    onTheWay(16, ['mailroom', 'mailroom-sse', 'mailroom-poll']),
    groupOf(200, ['mailroom', 'mailroom-sse']),
    groupOf(1_000, ['mailroom', 'mailroom-sse']),
  ],
};
