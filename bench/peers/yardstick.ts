import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2';
import { Server, type Socket } from 'socket.io';

interface Waiting {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly acknowledge: (answer: object) => void;
}

const BATCH = 400;
const STREAM_LENGTH = '20000';
const PAGE = 500;

/**
 * The least that a durable chat server does: messages are committed to MySQL in groups before they are acknowledged,
 * appended to a Redis stream a recipient, and sent on. No tokens, no validation, no membership, no numbers, no cursor.
 */
const [, , databaseUrl = '', redisUrl = ''] = process.argv;
const path = decodeURIComponent(new URL(redisUrl).pathname);
const redis = new Redis({ path });
const database = createConnection(databaseUrl);
const query = (sql: string, values: unknown[] = []): Promise<unknown> =>
  new Promise((resolve, reject) =>
    database.query(sql, values, (error, result) => (error ? reject(error) : resolve(result))),
  );
await query(
  'CREATE TABLE IF NOT EXISTS messages (id BIGINT AUTO_INCREMENT PRIMARY KEY, sender VARCHAR(32), recipient VARCHAR(32), text TEXT) ENGINE=InnoDB',
);
const http = createServer();
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });
const queue: Waiting[] = [];
let isWriting = false;

io.on('connection', (socket) => {
  const { name, groups, cursor } = socket.handshake.auth as {
    name: string;
    groups: string[];
    cursor?: string;
  };
  void socket.join([name, ...groups]);
  if (cursor !== undefined) void replay(socket, name);
  socket.on('send', ({ to, text }: { to: string; text: string }, acknowledge: Waiting['acknowledge']) => {
    queue.push({ from: name, to, text, acknowledge });
    if (!isWriting) void write();
  });
});

async function write(): Promise<void> {
  isWriting = true;
  await new Promise((resolve) => setImmediate(resolve));
  while (queue.length > 0) {
    const batch = queue.splice(0, BATCH);
    await query('INSERT INTO messages (sender, recipient, text) VALUES ?', [
      batch.map(({ from, to, text }) => [from, to, text]),
    ]);
    const pipeline = redis.pipeline();
    for (const { from, to, text } of batch)
      pipeline.xadd(`box:${to}`, 'MAXLEN', '~', STREAM_LENGTH, '*', 'm', JSON.stringify({ from, text }));
    const appended = pipeline.exec();
    for (const { acknowledge } of batch) acknowledge({ ok: true });
    await appended;
    for (const { from, to, text } of batch) io.to(to).emit('message', { from, text });
  }
  isWriting = false;
}

/** From the beginning of the stream; what comes live meanwhile is not held back: nobody sends then. */
async function replay(socket: Socket, name: string): Promise<void> {
  let last = '-';
  for (;;) {
    const page = await redis.xrange(`box:${name}`, last, '+', 'COUNT', PAGE);
    for (const [, fields] of page) socket.emit('message', JSON.parse(fields[1] ?? ''));
    if (page.length < PAGE) return;
    last = `(${page.at(-1)?.[0]}`;
  }
}

http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  process.send?.(typeof address === 'object' ? address?.port : 0);
});
