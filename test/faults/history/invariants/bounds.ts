import type { FaultWindow } from '../history.js';

/** Whatever a fault held up may take so much longer than the fault. Milliseconds. */
const AFTER_FAULT_MS = 10_000;

/** Until when what takes so many milliseconds from a time on may still be under way; longer while a fault holds it up. */
export function boundAfter(faults: readonly FaultWindow[], at: number, withinMs: number): number {
  const held = faults.filter(({ begun, healed }) => begun <= at + withinMs && healed + AFTER_FAULT_MS >= at);
  return Math.max(at + withinMs, ...held.map(({ healed }) => healed + AFTER_FAULT_MS));
}
