import type { History } from '../history.js';

const MORE_HANDLES = 12;
const MORE_MEMORY = 1.5;
const MORE_BYTES = 32 * 1024 * 1024;

/** When all clients have gone, each process holds what it held before they came, and nothing waits for delivery. */
export function resourcesReturn(history: History): string[] {
  const usages = history.of('usage');
  return usages
    .filter(({ phase }) => phase === 'after')
    .flatMap(({ node, memoryBytes, handles, queued }) => {
      const before = usages.findLast((usage) => usage.node === node && usage.phase === 'before');
      const found: string[] = [];
      if (queued > 0) found.push(`${node}: ${queued} batches still wait for delivery`);
      if (before && handles > before.handles + MORE_HANDLES)
        found.push(`${node}: ${handles} open files, ${before.handles} before`);
      if (before && memoryBytes > before.memoryBytes * MORE_MEMORY + MORE_BYTES)
        found.push(`${node}: ${memoryBytes} bytes in use, ${before.memoryBytes} before`);
      return found;
    });
}
