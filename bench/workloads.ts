import type { Workload } from './workload.js';
import { broadcast } from './workloads/broadcast.js';
import { w6 } from './workloads/doors.js';
import { hostile } from './workloads/hostile.js';
import { w2 } from './workloads/fan-out.js';
import { w3 } from './workloads/idle.js';
import { w1 } from './workloads/pairs.js';
import { w7 } from './workloads/reads.js';
import { w4 } from './workloads/replay.js';
import { w5 } from './workloads/storm.js';

/** All that `npm run bench` measures, in this order. A new workload is a file in bench/workloads and a line here. */
export const workloads: readonly Workload[] = [w1, w2, w3, w4, w5, w6, w7, broadcast, hostile];
