import type { Asked } from '../asked.js';

/**
 * Those of several attempts upon one thing of which any may have been the last to take effect: what was acknowledged,
 * unless another was begun after that and acknowledged too, and whatever nobody knows of, which may come at any time.
 */
export function possiblyLast<A extends Asked>(attempts: readonly A[]): A[] {
  const lastBegun = attempts.reduce(
    (last, { outcome, begun }) => (outcome === 'ok' ? Math.max(last, begun) : last),
    -Infinity,
  );
  return attempts.filter(({ outcome, at }) => outcome === 'unknown' || (outcome === 'ok' && at >= lastBegun));
}
