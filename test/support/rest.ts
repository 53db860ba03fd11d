export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; undefined for an empty body. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** One REST call: `call(node, 'POST /v1/auth/login', { body })`. */
export async function call(
  { url }: { url: string },
  route: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} ${string}`,
  { token, body, headers }: CallOptions = {},
): Promise<Reply> {
  const [method, path] = route.split(' ');
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
}

export const PASSWORD = 'correct horse battery staple';

export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly token: string;
  readonly refreshToken: string;
}

let count = 0;

/** A new user, logged in. */
export async function registerUser(
  node: { url: string },
  username = `user-${(count += 1)}`,
): Promise<TestUser> {
  const { status, body } = await call(node, 'POST /v1/auth/register', {
    body: { username, password: PASSWORD },
  });
  if (status !== 201) throw new Error(`register: ${status} ${JSON.stringify(body)}`);
  return { id: body.user.id, username, token: body.accessToken, refreshToken: body.refreshToken };
}

/** A user's next session. */
export async function logIn(node: { url: string }, username: string, password = PASSWORD): Promise<TestUser> {
  const { status, body } = await call(node, 'POST /v1/auth/login', { body: { username, password } });
  if (status !== 200) throw new Error(`login: ${status} ${JSON.stringify(body)}`);
  return { id: body.user.id, username, token: body.accessToken, refreshToken: body.refreshToken };
}
