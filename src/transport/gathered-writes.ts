import type { Socket } from 'node:net';
import type { Server } from 'socket.io';

/** What there is of an Engine.IO connection below its types: only a WebSocket has a TCP connection of its own. */
export interface Connection {
  readonly readyState: string;
  readonly writeBuffer: readonly unknown[];
  readonly transport: {
    readonly socket?: { readonly readyState: number; readonly _socket?: Socket | null };
  };
}

const gathering = new Set<Socket>();

function writeAll(): void {
  for (const socket of gathering) socket.uncork();
  gathering.clear();
}

/**
 * Whatever is written to the connection within this turn of the event loop goes out at its end, with one system call:
 * system calls are most of what a frame costs, and ws makes one of each.
 */
export function gather(socket: Socket): void {
  if (gathering.has(socket)) return;
  if (gathering.size === 0) setImmediate(writeAll);
  gathering.add(socket);
  socket.cork();
}

/** Likewise all that Engine.IO sends of itself: acknowledgements, above all. */
export function gatherWrites(server: Server): void {
  server.engine.on('flush', ({ transport }: Connection) => {
    const socket = transport.socket?._socket;
    if (socket) gather(socket);
  });
}
