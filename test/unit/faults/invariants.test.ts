import { describe, expect, it, test } from 'vitest';
import { invariants, judge } from '../../faults/history/verdict.js';
import { aCleanHistory } from './a-history.js';
import { type Allowed, add, asked, change, is, without } from './altering.js';
import * as ofBroadcasts from './of-broadcasts.js';
import * as ofMessages from './of-messages.js';
import * as ofReadMarks from './of-read-marks.js';
import * as ofReactions from './of-reactions.js';

const kinds = [ofMessages, ofReactions, ofReadMarks, ofBroadcasts];
const violations = kinds.flatMap((kind) => kind.violations);
const allowed = kinds.flatMap((kind) => kind.allowed);

it('passes a history in which all is well', () => {
  expect(judge(aCleanHistory())).toEqual({ verdict: 'passed', violations: {}, missing: [] });
});

test.each(violations)('%s: catches %s', (name, _what, broken) => {
  const { verdict, violations: found } = judge(broken(aCleanHistory()));
  expect(Object.keys(found)).toContain(name);
  expect(verdict).toBe('failed');
});

test('every invariant has been seen to catch something', () => {
  expect(Object.keys(invariants).filter((name) => !violations.some(([tried]) => tried === name))).toEqual([]);
});

describe('a run that proves nothing is unknown, never passed', () => {
  test.each<Allowed>([
    ['without a final read', without(is('read'))],
    ['with a final read that broke off', change(is('read'), { isComplete: false })],
    ['in which a planned fault did not happen', without(is('fault'))],
    ['in which a fault did not heal', without((r) => r.operation === 'fault' && r.phase === 'healed')],
    [
      'in which a fault could not be made',
      add({ operation: 'fault', process: 'p', at: 7_000, number: 1, kind: 'disk full', phase: 'failed' }),
    ],
    ['without a plan', without(is('plan'))],
    ['without a measurement of what is left', without((r) => r.operation === 'usage' && r.phase === 'after')],
    [
      'in which nobody looked how far was read',
      add({ ...asked, operation: 'mark', conversation: 'c', user: 'bob', seq: 40 }),
    ],
    [
      'in which nobody looked which broadcasts there are',
      add({ ...asked, operation: 'publish', value: 'announcement 1' }),
    ],
    [
      'in which hardly anything was sent outside faults',
      without((r) => r.operation === 'send' && (r.seq ?? 0) > 40),
    ],
  ])('%s', (_what, broken) => {
    const { verdict, missing } = judge(broken(aCleanHistory()));
    expect(verdict).not.toBe('passed');
    expect(missing).not.toEqual([]);
  });
});

describe('what is allowed', () => {
  test.each(allowed)('%s', (_what, changed) => {
    expect(judge(changed(aCleanHistory())).violations).toEqual({});
  });
});
