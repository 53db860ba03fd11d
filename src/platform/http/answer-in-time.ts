import type { FastifyInstance } from 'fastify';

/** Milliseconds within which every request is answered, whatever hangs behind it. */
export const ANSWER_MS = 20_000;
/** A poll may wait for 60 seconds before. */
const POLL_ANSWER_MS = 60_000 + ANSWER_MS;

/** An upload or a download takes as long as its client's line; one that stands still is ended long before. */
const TRANSFER_MS = 3_600_000;

/** Gives the routes that wait on purpose, or for a slow line, the time to do so. To be called before routes are added. */
export function answerInTime(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    if (route.url.endsWith('/events/poll')) route.handlerTimeout = POLL_ANSWER_MS;
    if (/\/files(?:\/:id(?:\/thumbnail)?)?$/.test(route.url)) route.handlerTimeout = TRANSFER_MS;
  });
}
