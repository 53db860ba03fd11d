import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reply } from './rest.js';

type Node = { readonly url: string };
type User = { readonly token: string };

/** One upload, whatever the answer. */
export async function tryUpload(
  { url }: Node,
  { token }: User,
  bytes: Uint8Array | string,
  { name = 'file.bin', headers = {} }: { name?: string; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const form = new FormData();
  form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), name);
  const response = await fetch(`${url}/v1/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...headers },
    body: form,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Likewise one that must succeed. */
export async function upload(
  node: Node,
  user: User,
  bytes: Uint8Array | string,
  name?: string,
): Promise<Reply['body']> {
  const { status, body } = await tryUpload(node, user, bytes, { ...(name !== undefined && { name }) });
  if (status !== 201) throw new Error(`upload: ${status} ${JSON.stringify(body)}`);
  return body.file;
}

export interface Download {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** Of a problem. */
  readonly code: string | undefined;
}

export async function download(
  { url }: Node,
  path: string,
  {
    token,
    method = 'GET',
    headers = {},
  }: { token?: string; method?: string; headers?: Record<string, string> } = {},
): Promise<Download> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  const code =
    isProblem && bytes.length > 0 ? (JSON.parse(bytes.toString()) as { code: string }).code : undefined;
  return { status: response.status, headers: response.headers, bytes, code };
}

/** All files below a directory, the temporary ones of uploads included. */
export async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
