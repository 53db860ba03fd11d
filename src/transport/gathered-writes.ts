import type { Socket } from 'node:net';
import type { Server } from 'socket.io';

/** What there is of Engine.IO's transport and of ws below it: only a WebSocket has a socket of its own. */
interface Flushed {
  readonly transport: { readonly socket?: { readonly _socket?: Socket | null } };
}

/**
 * Writes what a WebSocket is sent within one turn of the event loop (acknowledgements, events) with one system call:
 * ws makes one of each frame, and system calls are most of what a frame costs.
 */
export function gatherWrites(server: Server): void {
  const gathering = new Set<Socket>();
  const writeAll = (): void => {
    for (const socket of gathering) socket.uncork();
    gathering.clear();
  };
  server.engine.on('flush', ({ transport }: Flushed) => {
    const socket = transport.socket?._socket;
    if (!socket || gathering.has(socket)) return;
    if (gathering.size === 0) setImmediate(writeAll);
    gathering.add(socket);
    socket.cork();
  });
}
