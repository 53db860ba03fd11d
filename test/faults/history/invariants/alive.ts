import type { FaultWindow, History } from '../history.js';
import type { SendRecord } from '../asked.js';

const SUCCEED_SHARE = 0.95;
/** The first send succeeds within so many milliseconds after a fault has healed; on its node, if it was a node's. */
const BACK_WITHIN_MS = 10_000;
/** After that success others may still be on their way back. */
const SETTLE_MS = 1_000;

/** What is refused for good reasons, such as a removal, is an answer like any other. */
const isAnswered = ({ outcome, code = '' }: SendRecord): boolean =>
  outcome === 'ok' || (outcome === 'refused' && /^(conversation|auth)\./.test(code));

/** No node dies but those that are killed. */
export const nobodyDies = (history: History): string[] =>
  history.of('died').map(({ node, detail }) => `${node} died; it printed:\n${detail}`);

/** The service was there: nearly all sends succeed outside faults, and soon after each one some do again. */
export function alive(history: History): string[] {
  const violations = history.faults
    .filter(({ healed }) => Number.isFinite(healed))
    .flatMap((fault) => {
      const back = firstSuccess(history, fault);
      if (back - fault.healed <= BACK_WITHIN_MS) return [];
      return [
        `fault ${fault.number} (${fault.kind}): no send succeeded within ${BACK_WITHIN_MS} ms after it`,
      ];
    });
  const outside = sendsOutsideFaults(history);
  const succeeded = outside.filter(isAnswered).length;
  if (succeeded < SUCCEED_SHARE * outside.length)
    violations.push(`outside faults only ${succeeded} of ${outside.length} sends succeeded`);
  return violations;
}

export function sendsOutsideFaults(history: History): History['sends'] {
  const windows = history.faults.map((fault) => ({
    from: fault.begun,
    to: Math.min(fault.healed + BACK_WITHIN_MS, firstSuccess(history, fault)) + SETTLE_MS,
  }));
  return history.sends.filter(({ begun, at }) => !windows.some(({ from, to }) => begun < to && at > from));
}

function firstSuccess({ sends }: History, { healed, node }: FaultWindow): number {
  const success = sends.find(
    (send) => send.outcome === 'ok' && send.begun >= healed && (node === undefined || send.node === node),
  );
  return success?.at ?? Infinity;
}
