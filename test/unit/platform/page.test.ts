import { expect, it } from 'vitest';
import { z } from 'zod';
import { readCursor, toPage } from '../../../src/platform/http/page.js';

const page = (rows: string[], limit: number) =>
  toPage(
    rows,
    limit,
    (row) => row,
    (row) => ({ row }),
  );

it('shows the limit and leads on from its last item when there was one row more', () => {
  const { items, nextCursor } = page(['a', 'b', 'c'], 2);
  expect(items).toEqual([{ row: 'a' }, { row: 'b' }]);
  expect(readCursor(nextCursor ?? '', z.string())).toBe('b');
});

it('leads nowhere from the last page', () => {
  expect(page(['a', 'b'], 2).nextCursor).toBeNull();
  expect(page([], 2)).toEqual({ items: [], nextCursor: null });
});

it('refuses what is no cursor of the list', () => {
  expect(() => readCursor('!!', z.string().min(1))).toThrow(/cursor/);
  expect(readCursor(undefined, z.string())).toBeUndefined();
});
