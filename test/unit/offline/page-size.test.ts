import { expect, it } from 'vitest';
import { MailboxEvent } from '../../../src/mailbox/event.js';
import { PageSize } from '../../../src/offline/page-size.js';

const events = (count: number, characters: number) =>
  Array.from({ length: count }, () => new MailboxEvent(null, 'message.created', 'x'.repeat(characters)));

it('grows step by step while events are small, up to a bound', () => {
  const pageSize = new PageSize();
  const sizes = Array.from({ length: 6 }, () => {
    pageSize.learn(events(pageSize.current, 100));
    return pageSize.current;
  });
  expect(sizes).toEqual([40, 80, 160, 200, 200, 200]);
});

it('falls at once when events are large, and never to nothing', () => {
  const pageSize = new PageSize();
  pageSize.learn(events(20, 16 * 1024));
  expect(pageSize.current).toBe(7);
  pageSize.learn(events(1, 1024 * 1024));
  expect(pageSize.current).toBe(1);
});

it('learns nothing from a page that brought nothing', () => {
  const pageSize = new PageSize();
  pageSize.learn([undefined]);
  expect(pageSize.current).toBe(20);
});
