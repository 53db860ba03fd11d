import { expect } from 'vitest';
import { type Reply, call } from './rest.js';

type Node = { readonly url: string };
type Who = { readonly token: string };
type Query = Record<string, string | number | undefined>;

/** Contract: what was acknowledged is found within two seconds; more is given only to a machine that is busy. */
export const INDEXED_WITHIN = { timeout: 10_000, interval: 50 };

/** `GET /v1/search/messages`, whatever the answer. */
export function trySearch(node: Node, { token }: Who, query: Query): Promise<Reply> {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return call(node, `GET /v1/search/messages?${new URLSearchParams(given).toString()}`, { token });
}

/** One page. */
export async function search(node: Node, who: Who, q: string, filters: Query = {}): Promise<Reply['body']> {
  const { status, body } = await trySearch(node, who, { q, ...filters });
  expect([status, body]).toEqual([200, expect.anything()]);
  return body;
}

/** The texts that are found, page after page. */
export async function textsFound(node: Node, who: Who, q: string, filters: Query = {}): Promise<string[]> {
  const texts: string[] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await search(node, who, q, { ...filters, cursor });
    texts.push(...items.map((item: Reply['body']) => item.message.text));
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return texts;
}
