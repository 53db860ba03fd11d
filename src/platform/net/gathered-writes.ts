import type { Writable } from 'node:stream';

const gathering = new Set<Writable>();

function writeAll(): void {
  for (const stream of gathering) stream.uncork();
  gathering.clear();
}

/**
 * Whatever is written to the connection within this turn of the event loop goes out at its end, with one system call:
 * system calls are most of what a frame or a command costs, and the libraries make one of each.
 */
export function gather(stream: Writable): void {
  if (gathering.has(stream)) return;
  if (gathering.size === 0) setImmediate(writeAll);
  gathering.add(stream);
  stream.cork();
}
