import { expect, it } from 'vitest';
import { readStreamCookie } from '../../../src/auth/stream-cookie.js';

it('finds the stream token among other cookies', () => {
  expect(readStreamCookie('a=1; mailroom_stream=x.y.z; b=2')).toBe('x.y.z');
});

it.each([undefined, '', 'xmailroom_stream=x', 'mailroom_streams=x'])('finds none in %j', (header) => {
  expect(readStreamCookie(header)).toBeUndefined();
});
