import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Server, ServerOptions } from 'socket.io';
import type { Config } from '../platform/config/config.js';
import { gatherWrites } from './gathered-writes.js';
import { isAllowedOrigin } from './origins.js';

/** Seconds of silence after which a WebSocket counts as dead: together less than the 20 that presence promises. */
const PING_EVERY_MS = 12_000;
const PONG_WITHIN_MS = 6_000;
/** Milliseconds that requests under way have for their answers, once the clients were sent away and all is stored. */
const LAST_ANSWERS_MS = 1_000;

/** Socket.IO, set up from the node's configuration. */
export class ChatIoAdapter extends IoAdapter {
  constructor(
    private readonly app: NestFastifyApplication,
    private readonly config: Config,
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const { http, limits } = this.config;
    const server: Server = super.createIOServer(port, {
      ...options,
      maxHttpBufferSize: limits.frameKib * 1024,
      pingInterval: PING_EVERY_MS,
      pingTimeout: PONG_WITHIN_MS,
      connectTimeout: 10_000,
      perMessageDeflate: false,
      httpCompression: false,
      serveClient: false,
      cors: { origin: http.corsOrigins, credentials: true },
      allowRequest: (request, decide) => decide(null, isAllowedOrigin(request, http)),
    } as ServerOptions);
    gatherWrites(server);
    return server;
  }

  /**
   * Closes the HTTP server too. A connection over which no request ever came does not count as idle: it would keep the
   * server open for a minute.
   */
  override async close(server: Server): Promise<void> {
    const http = this.app.getHttpServer();
    const timer = setTimeout(() => http.closeAllConnections(), LAST_ANSWERS_MS);
    await super.close(server);
    clearTimeout(timer);
  }
}
