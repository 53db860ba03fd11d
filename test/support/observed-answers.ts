import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Documents } from '../../src/documents/documents.js';
import { type Answer, ApiDocument, type OpenApi } from './api-document.js';

/** The documents of all nodes of one version are the same: one judge does. */
const judges = new Map<string, ApiDocument>();

export function judgeOf(app: NestFastifyApplication): ApiDocument {
  const text = app.get(Documents).openApi;
  const judge = judges.get(text) ?? new ApiDocument(JSON.parse(text) as OpenApi);
  judges.set(text, judge);
  return judge;
}

/** Every answer that a node gives, held against its own OpenAPI document. */
export class ObservedAnswers {
  /** `GET /v1/users/{id} 404` */
  readonly seen = new Set<string>();
  readonly faults = new Set<string>();
  readonly judge: ApiDocument;

  /** To be called before the node listens. */
  constructor(app: NestFastifyApplication) {
    this.judge = judgeOf(app);
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onSend', async (request, reply, payload) => {
        const { method, is404, routeOptions } = request;
        const path = (routeOptions.url ?? '').replaceAll(/:(\w+)/g, '{$1}');
        if (is404 || method === 'HEAD' || method === 'OPTIONS' || path.startsWith('/docs/')) return;
        this.note({
          route: `${method} ${path}`,
          status: reply.statusCode,
          headers: reply.getHeaders(),
          text: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.toString() : '',
          requestBody: request.body ?? undefined,
        });
      });
  }

  /** Throws when an answer differed from the document. */
  check(): void {
    if (this.faults.size > 0) throw new Error(`Not as documented:\n${[...this.faults].join('\n')}`);
  }

  note(answer: Answer): void {
    this.seen.add(`${answer.route} ${answer.status}`);
    for (const fault of this.judge.judge(answer)) this.faults.add(fault);
  }
}
