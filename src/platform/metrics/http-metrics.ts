import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.js';

/** Seconds. Streams and polls, which last as long as they are wanted, have routes of their own. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Measures every answer by its route's template, never by its URL: that would be a number for each id. */
export function measureRequests(server: FastifyInstance, metrics: Metrics): void {
  const durations = metrics.histogram(
    {
      name: 'http_request_duration_seconds',
      help: 'HTTP requests by the time until their answer was written; its count is the number of requests.',
      labelNames: ['method', 'route', 'status'],
    },
    BUCKETS,
  );
  server.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
}
