import { describe, expect, it } from 'vitest';
import { accountOf, addressOf } from '../../../src/platform/rate-limits/subject.js';

describe('an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['1::2:3:4:5:6:7', '1:0:2:3'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0'],
  ])('%s counts as %s', (address, counted) => {
    expect(addressOf(address)).toEqual({ by: 'address', id: counted });
  });

  it('that is none is no longer than one', () => {
    expect(addressOf('x'.repeat(10_000)).id).toHaveLength(64);
    expect(addressOf('').id).toBe('');
  });
});

it('an account counts under one name however it is written, and the name is not to be read', () => {
  expect(accountOf('Ada')).toEqual(accountOf('ada'));
  expect(accountOf('ada').id).not.toContain('ada');
  expect(accountOf('ada')).not.toEqual(accountOf('bob'));
});
