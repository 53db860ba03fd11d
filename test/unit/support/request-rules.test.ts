import { describe, expect, it } from 'vitest';
import { type SupportRequest, requestStates } from '../../../src/support/requests/request.entity.js';
import {
  type RequestChange,
  closed,
  handedTo,
  released,
  reopened,
  taken,
  transferred,
} from '../../../src/support/requests/request-rules.js';
import { fc } from '../../support/property.js';

const NOW = new Date('2026-11-26T00:00:00.000Z');
const EARLIER = new Date('2026-11-25T00:00:00.000Z');

const aRequest = (overrides: Partial<SupportRequest> = {}): SupportRequest => ({
  id: '1',
  teamId: '10',
  fromTeamId: null,
  requesterId: '100',
  agentId: null,
  state: 'waiting',
  subject: null,
  openedAt: EARLIER,
  queuedAt: EARLIER,
  closedAt: null,
  createdAt: EARLIER,
  changedAt: EARLIER,
  ...overrides,
});

const assigned = aRequest({ state: 'assigned', agentId: '200', queuedAt: null });
const isClosed = aRequest({ state: 'closed', agentId: '200', queuedAt: null, closedAt: EARLIER });

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'done';
};

describe('taking', () => {
  it('takes what waits out of the queue', () => {
    for (const state of ['waiting', 'transferred'] as const)
      expect(taken(aRequest({ state }), '201', false)).toEqual({
        state: 'assigned',
        agentId: '201',
        queuedAt: null,
      });
  });

  it('changes nothing for whoever has it, and is refused to others for as long as that one can answer', () => {
    expect(taken(assigned, '200', true)).toEqual({});
    expect(codeOf(() => taken(assigned, '201', true))).toBe('support_request.taken');
    expect(taken(assigned, '201', false).agentId).toBe('201');
  });
});

it('a closed request is neither taken nor handed over', () => {
  for (const work of [
    () => taken(isClosed, '201', true),
    () => handedTo(isClosed, '201'),
    () => transferred(isClosed, '11'),
  ])
    expect(codeOf(work)).toBe('support_request.closed');
});

it('what is handed to another team waits there before those who came later', () => {
  expect(transferred(assigned, '11')).toEqual({
    state: 'transferred',
    teamId: '11',
    fromTeamId: '10',
    agentId: null,
    queuedAt: EARLIER,
  });
  expect(transferred(aRequest(), '10')).toEqual({});
});

it('a requester who comes back waits at the end of the queue, an agent has it at once', () => {
  expect(reopened(isClosed, { agentId: null }, NOW)).toMatchObject({
    state: 'waiting',
    agentId: null,
    queuedAt: NOW,
    openedAt: NOW,
    closedAt: null,
  });
  expect(reopened(isClosed, { agentId: '201' }, NOW)).toMatchObject({
    state: 'assigned',
    agentId: '201',
    queuedAt: null,
  });
});

it('only what an agent has goes back when the agent goes', () => {
  expect(released(assigned, '201')).toEqual({});
  expect(released(isClosed, '200')).toEqual({});
  expect(released(assigned, '200')).toEqual({ state: 'waiting', agentId: null, queuedAt: EARLIER });
});

it('whatever happens, a request is in the queue exactly while nobody has it and it is open', () => {
  const agents = fc.constantFrom('200', '201', '202');
  const steps: fc.Arbitrary<(request: SupportRequest) => RequestChange> = fc.oneof(
    fc.tuple(agents, fc.boolean()).map((agent) => (request: SupportRequest) => taken(request, ...agent)),
    agents.map((agent) => (request: SupportRequest) => handedTo(request, agent)),
    fc.constantFrom('10', '11').map((team) => (request: SupportRequest) => transferred(request, team)),
    agents.map((agent) => (request: SupportRequest) => released(request, agent)),
    fc.constant((request: SupportRequest) => closed(request, NOW)),
    fc.option(agents).map((agentId) => (request: SupportRequest) => reopened(request, { agentId }, NOW)),
  );
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 20 }), (history) => {
      const request = aRequest();
      for (const step of history) {
        if (codeOf(() => Object.assign(request, step(request))) !== 'done') continue;
        const waits = request.state === 'waiting' || request.state === 'transferred';
        expect(requestStates).toContain(request.state);
        expect(request.queuedAt !== null).toBe(waits);
        expect(request.closedAt !== null).toBe(request.state === 'closed');
        if (waits) expect(request.agentId).toBeNull();
        if (request.state === 'assigned') expect(request.agentId).not.toBeNull();
        // The same again changes nothing.
        expect(step(request)).toEqual({});
      }
    }),
  );
});
