import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Media {
  readonly schema: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, unknown>>;
}

interface Response {
  readonly content?: Readonly<Record<string, Media>>;
  readonly headers?: Readonly<Record<string, unknown>>;
}

export interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly description?: string;
    readonly schema?: object;
  }[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Response>>;
}

export interface OpenApi {
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** What a node has answered to one request. */
export interface Answer {
  /** `GET /v1/users/{id}` */
  readonly route: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Parsed; undefined when there was none. */
  readonly requestBody: unknown;
}

/** Headers that mean something to a client: a response may carry them only where the document says so. */
const tellingHeaders = [
  'retry-after',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'www-authenticate',
  'idempotency-replayed',
  'set-cookie',
  'x-request-id',
];

const pointer = (...parts: string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');

const codeIn = (text: string): string => /"code":"([^"]+)"/.exec(text)?.[1] ?? 'no problem';

/** A node's OpenAPI document, as a judge of what the node does. */
export class ApiDocument {
  readonly operations: ReadonlyMap<string, Operation>;
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(document: OpenApi) {
    addFormats.default(this.ajv);
    this.ajv.addSchema(document, 'document');
    this.operations = new Map(
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
      ),
    );
  }

  /** What differs between an answer and the document. */
  judge(answer: Answer): string[] {
    const { route, status } = answer;
    const operation = this.operations.get(route);
    if (!operation) return [`${route} is not documented`];
    const response = operation.responses[status];
    if (!response) return [`${route} answered ${status}, which is not documented (${codeIn(answer.text)})`];
    return [
      ...this.judgeHeaders(answer, response),
      ...this.judgeBody(answer, response),
      ...(status < 300 ? this.judgeRequest(answer, operation) : []),
    ].map((fault) => `${route} ${status}: ${fault}`);
  }

  /** What is wrong with a value at a place of the document that has a schema. */
  faults(value: unknown, ...place: string[]): string[] {
    const reference = `document#${pointer(...place)}`;
    const validate = this.validators.get(reference) ?? this.ajv.compile({ $ref: reference });
    this.validators.set(reference, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  private judgeHeaders({ headers }: Answer, response: Response): string[] {
    const documented = Object.keys(response.headers ?? {}).map((name) => name.toLowerCase());
    const sent = tellingHeaders.filter((name) => headers[name] !== undefined);
    return [
      ...sent
        .filter((name) => !documented.includes(name))
        .map((name) => `the header ${name} is not documented`),
      ...(sent.includes('x-request-id') ? [] : ['there is no X-Request-Id']),
    ];
  }

  private judgeBody({ route, status, headers, text }: Answer, { content }: Response): string[] {
    if (!content) return text === '' ? [] : [`a body is not documented: ${text}`];
    const type = String(headers['content-type']).split(';')[0] ?? '';
    const media = content[type] ?? content['*/*'];
    if (!media) return [`the type ${type} is not documented`];
    if (!type.endsWith('json')) return [];
    const body: unknown = JSON.parse(text);
    const [method = '', path = ''] = route.split(' ');
    const place = [
      'paths',
      path,
      method.toLowerCase(),
      'responses',
      String(status),
      'content',
      type,
      'schema',
    ];
    const code = type === 'application/problem+json' ? (body as { code: string }).code : undefined;
    return [
      ...this.faults(body, ...place),
      ...(code === undefined || Object.hasOwn(media.examples ?? {}, code)
        ? []
        : [`the code ${code} is not documented`]),
    ];
  }

  /** What was accepted must be what the document asks for. */
  private judgeRequest({ route, requestBody }: Answer, operation: Operation): string[] {
    if (requestBody === undefined) {
      // A form is read as it comes: what it held is not at hand.
      return operation.requestBody?.required && 'application/json' in operation.requestBody.content
        ? ['was accepted without the body that the document requires']
        : [];
    }
    if (!operation.requestBody) return ['took a body that is not documented'];
    const [method = '', path = ''] = route.split(' ');
    return this.faults(
      requestBody,
      ...['paths', path, method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema'],
    ).map((fault) => `the request was accepted: ${fault}`);
  }
}
