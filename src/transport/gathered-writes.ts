import type { Socket } from 'node:net';
import type { Server } from 'socket.io';
import type { WebSocket } from 'ws';
import { gather } from '../platform/net/gathered-writes.js';

/** What there is of an Engine.IO connection below its types: only a WebSocket has a TCP connection of its own. */
export interface Connection {
  readonly readyState: string;
  readonly writeBuffer: readonly unknown[];
  readonly transport: {
    readonly socket?: WebSocket & { readonly _socket?: Socket | null };
  };
}

/** What Engine.IO sends of itself goes out once a turn too: acknowledgements, above all. */
export function gatherWrites(server: Server): void {
  server.engine.on('flush', ({ transport }: Connection) => {
    const socket = transport.socket?._socket;
    if (socket) gather(socket);
  });
}
