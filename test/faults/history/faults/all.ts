import type { Fault } from './fault.js';
import { linkFaults } from './links.js';
import { processFaults } from './processes.js';
import { storeFaults } from './stores.js';
import { faultsTogether } from './together.js';

/** All that is broken, by its name in the history. */
export const faults: Readonly<Record<string, Fault>> = {
  ...processFaults,
  ...storeFaults,
  ...linkFaults,
  ...faultsTogether,
};
