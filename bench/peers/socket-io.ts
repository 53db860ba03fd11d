import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { type ServerOptions, Server } from 'socket.io';

interface Auth {
  readonly name: string;
  readonly groups: readonly string[];
}

/**
 * Bare Socket.IO: users and groups are rooms, nothing is checked, nothing is stored. Given a Redis, its processes
 * share the rooms through the streams adapter.
 */
const redisUrl = process.argv[3] ?? '';
const options: Partial<ServerOptions> = {
  transports: ['websocket'],
  perMessageDeflate: false,
  serveClient: false,
};
if (redisUrl !== '') {
  const path = decodeURIComponent(new URL(redisUrl).pathname);
  options.adapter = createAdapter(new Redis({ path })) as ServerOptions['adapter'];
}
const http = createServer();
const io = new Server(http, options);

io.on('connection', (socket) => {
  const { name, groups } = socket.handshake.auth as Auth;
  void socket.join([name, ...groups]);
  socket.on('send', ({ to, text }: { to: string; text: string }, acknowledge: (answer: object) => void) => {
    io.to(to).emit('message', { from: name, text });
    acknowledge({ ok: true });
  });
});

http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  process.send?.(typeof address === 'object' ? address?.port : 0);
});
