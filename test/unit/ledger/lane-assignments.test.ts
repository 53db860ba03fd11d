import { beforeEach, expect, it } from 'vitest';
import { LaneAssignments } from '../../../src/ledger/lane-assignments.js';
import { anId } from '../../support/builders.js';

const aLane = () => ({ isLate: false });
type Lane = ReturnType<typeof aLane>;

let first: Lane;
let second: Lane;
let assignments: LaneAssignments<Lane>;

beforeEach(() => {
  [first, second] = [aLane(), aLane()];
  assignments = new LaneAssignments([first, second]);
});

it('gives all conversations one writer, as long as it is not late', () => {
  for (let i = 0; i < 20; i += 1) expect(assignments.take(anId())).toBe(first);
});

it('gives a late one nothing but more of what it has', () => {
  const [stuck, other] = [anId(), anId()];
  assignments.take(stuck);
  first.isLate = true;
  expect(assignments.take(other)).toBe(second);
  expect(assignments.take(stuck)).toBe(first);
  first.isLate = false;
  expect(assignments.take(other)).toBe(second);
});

it('forgets a conversation when all its sends have been given back', () => {
  const conversation = anId();
  first.isLate = true;
  assignments.take(conversation);
  assignments.take(conversation);
  first.isLate = false;
  assignments.giveBack(conversation);
  expect(assignments.take(conversation)).toBe(second);
  assignments.giveBack(conversation);
  assignments.giveBack(conversation);
  expect(assignments.take(conversation)).toBe(first);
});

it('spreads conversations over the writers when all are late, and refuses none', () => {
  [first.isLate, second.isLate] = [true, true];
  expect(new Set(Array.from({ length: 50 }, () => assignments.take(anId())))).toEqual(
    new Set([first, second]),
  );
});
