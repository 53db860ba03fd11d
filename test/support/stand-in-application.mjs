// Stands in for the application in the launcher's tests: counts its starts in both stores, answers the few routes
// that the launcher and its greeting use, and says at its end whether the stores were still there.
import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';

const { DATABASE_URL, REDIS_URL, PORT, HOST, EXIT_WITH } = process.env;
const say = (fact) => process.stdout.write(`${JSON.stringify(fact)}\n`);

async function inDatabase(sql) {
  const connection = await createConnection(DATABASE_URL);
  try {
    const [rows] = await connection.query(sql);
    return rows;
  } finally {
    await connection.end();
  }
}

const redis = new Redis({ path: decodeURIComponent(new URL(REDIS_URL).pathname) });
redis.on('error', () => {});

await inDatabase('CREATE TABLE IF NOT EXISTS starts (id BIGINT AUTO_INCREMENT PRIMARY KEY)');
await inDatabase('INSERT INTO starts VALUES ()');
const [{ n: inMysql }] = await inDatabase('SELECT COUNT(*) AS n FROM starts');
say({ starts: { mysql: inMysql, redis: await redis.incr('starts') } });
if (EXIT_WITH) process.exit(Number(EXIT_WITH));

const passwords = new Map();
const routes = {
  'GET /health/ready': () => [200, {}],
  'POST /v1/auth/register': ({ username, password }) => {
    if (passwords.has(username)) return [409, {}];
    passwords.set(username, password);
    return [201, {}];
  },
  'POST /v1/auth/login': ({ username, password }) =>
    passwords.get(username) === password
      ? [200, { user: { username }, accessToken: `token-of-${username}`, refreshToken: 'none' }]
      : [401, {}],
  'POST /v1/messages': (body, token) => {
    for (const stream of streams) stream.write(`event: message.created\ndata: ${token} ${body.text}\n\n`);
    return [201, { token, ...body }];
  },
};
const streams = new Set();

const server = createServer(async (request, response) => {
  const token = request.headers.authorization?.replace('Bearer ', '');
  if (request.url === '/v1/events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(`event: ready\ndata: ${token}\n\n`);
    streams.add(response);
    return;
  }
  let text = '';
  for await (const part of request) text += part;
  const route = routes[`${request.method} ${request.url}`] ?? (() => [404, {}]);
  const [status, body] = route(text && JSON.parse(text), token);
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
});
server.listen(Number(PORT), HOST, () => say({ pid: process.pid, port: Number(PORT) }));

process.once('SIGTERM', async () => {
  await inDatabase('SELECT 1');
  await redis.ping();
  say({ stoppedBeforeItsStores: true });
  process.exit(0);
});
