import { describe, expect, it } from 'vitest';
import { fc } from '../../support/property.js';
import { planAnswer } from '../../../src/files/downloads/answer-plan.js';

const ETAG = '"7"';

describe('a request for a part of 100 bytes', () => {
  it.each([
    ['bytes=0-9', 206, 0, 9],
    ['bytes=90-', 206, 90, 99],
    ['bytes=90-1000', 206, 90, 99],
    ['bytes=-10', 206, 90, 99],
    ['bytes=-1000', 206, 0, 99],
    ['bytes=99-99', 206, 99, 99],
    ['BYTES=0-0', 206, 0, 0],
    ['bytes=100-', 416],
    ['bytes=100-200', 416],
    ['bytes=-0', 416],
    ['bytes=9-0', 200, 0, 99],
    ['bytes=0-1,5-6', 200, 0, 99],
    ['bytes=-', 200, 0, 99],
    ['bytes=a-b', 200, 0, 99],
    ['bytes=0-9999999999999999999999', 200, 0, 99],
    ['items=0-9', 200, 0, 99],
    [undefined, 200, 0, 99],
  ])('%s is answered %i', (range, status, start?: number, end?: number) => {
    expect(planAnswer(100, ETAG, { range })).toEqual(status === 416 ? { status } : { status, start, end });
  });

  it('is answered whole when these are other bytes than those that the client has a part of', () => {
    expect(planAnswer(100, ETAG, { range: 'bytes=0-9', ifRange: ETAG }).status).toBe(206);
    expect(planAnswer(100, ETAG, { range: 'bytes=0-9', ifRange: '"8"' }).status).toBe(200);
    expect(planAnswer(100, ETAG, { range: 'bytes=0-9', ifRange: `W/${ETAG}` }).status).toBe(200);
    expect(
      planAnswer(100, ETAG, { range: 'bytes=500-', ifRange: 'Wed, 21 Oct 2015 07:28:00 GMT' }).status,
    ).toBe(200);
  });

  it('is answered with nothing when the client has these bytes', () => {
    for (const ifNoneMatch of [ETAG, `W/${ETAG}`, `"1", ${ETAG}`, '*'])
      expect(planAnswer(100, ETAG, { ifNoneMatch, range: 'bytes=0-9' })).toEqual({ status: 304 });
    expect(planAnswer(100, ETAG, { ifNoneMatch: '"77"' }).status).toBe(200);
  });
});

it('an empty file has no ranges, and is answered whole', () => {
  expect(planAnswer(0, ETAG, {})).toEqual({ status: 200, start: 0, end: -1 });
  for (const range of ['bytes=0-', 'bytes=0-0', 'bytes=-1'])
    expect(planAnswer(0, ETAG, { range })).toEqual({ status: 416 });
});

it('what is answered is always within the file', () => {
  const number = fc.option(fc.nat({ max: 300 }), { nil: '' });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), number, number, (size, first, last) => {
      const plan = planAnswer(size, ETAG, { range: `bytes=${first}-${last}` });
      if (!('start' in plan)) return;
      expect(plan.start).toBeGreaterThanOrEqual(0);
      expect(plan.end).toBeGreaterThanOrEqual(plan.start);
      expect(plan.end).toBeLessThan(size);
    }),
  );
});
