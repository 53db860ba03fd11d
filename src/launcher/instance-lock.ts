import { rmSync } from 'node:fs';
import { createServer, connect, type Server } from 'node:net';

export interface Lock {
  release: () => void;
}

/**
 * Holds a lock as long as this process lives: a listening Unix socket, which says by itself whether its owner is
 * alive (a pid file lies once its pid is reused). Answers the owner's pid where another process holds it.
 * What a killed owner left is taken over; of two that take over at once, the one that lost its socket gives way.
 */
export async function takeLock(path: string): Promise<Lock | { heldBy: number }> {
  let server = await listen(path);
  if (!server) {
    const owner = await ownerOf(path);
    if (owner !== undefined) return { heldBy: owner };
    rmSync(path, { force: true });
    server = await listen(path);
  }
  const owner = await ownerOf(path);
  if (server && owner === process.pid) return { release: () => void server.close() };
  server?.close();
  return { heldBy: owner ?? 0 };
}

/** Undefined where the path is taken. */
function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => {}); // who asks may be gone before the answer
      socket.end(String(process.pid));
    });
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(path, () => resolve(server));
  });
}

/** Undefined where nobody listens. An owner too busy to answer is still one. */
function ownerOf(path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(path);
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(Number(answer) || 0));
  });
}
