import { ChatError } from '../../platform/errors/chat-error.js';
import type { SupportRequest } from './request.entity.js';

export type RequestChange = Partial<
  Pick<
    SupportRequest,
    'teamId' | 'fromTeamId' | 'requesterId' | 'agentId' | 'state' | 'openedAt' | 'queuedAt' | 'closedAt'
  >
>;

/** Nothing changes. */
const nothing: RequestChange = {};

/**
 * An agent takes a request out of the queue; one who has it keeps it.
 * Throws `support_request.closed`, and `support_request.taken` while another agent has it.
 *
 * @param isHeld whether the agent who has it can still answer
 */
export function taken(request: SupportRequest, agentId: string, isHeld: boolean): RequestChange {
  if (request.state === 'closed') throw isClosed();
  if (request.state === 'assigned') {
    if (request.agentId === agentId) return nothing;
    if (isHeld)
      throw new ChatError('conflict', 'support_request.taken', 'Another agent has taken the request.');
  }
  return { state: 'assigned', agentId, queuedAt: null };
}

/** To another agent, who has it at once. Throws `support_request.closed`. */
export function handedTo(request: SupportRequest, agentId: string): RequestChange {
  if (request.state === 'closed') throw isClosed();
  if (request.state === 'assigned' && request.agentId === agentId) return nothing;
  return { state: 'assigned', agentId, queuedAt: null };
}

/** Into the queue of a team, before those who have come since it was opened. Throws `support_request.closed`. */
export function transferred(request: SupportRequest, teamId: string): RequestChange {
  if (request.state === 'closed') throw isClosed();
  if (request.queuedAt !== null && request.teamId === teamId) return nothing;
  return {
    state: 'transferred',
    teamId,
    fromTeamId: request.teamId,
    agentId: null,
    queuedAt: request.openedAt,
  };
}

/** Back into the queue of its team: whoever had it is no agent there any more. */
export const released = (request: SupportRequest, agentId: string): RequestChange =>
  request.state === 'assigned' && request.agentId === agentId
    ? { state: 'waiting', agentId: null, queuedAt: request.openedAt }
    : nothing;

export const closed = (request: SupportRequest, now: Date): RequestChange =>
  request.state === 'closed' ? nothing : { state: 'closed', queuedAt: null, closedAt: now };

/** An agent who opens it again has it; a requester who comes back waits at the end of the queue. */
export function reopened(request: SupportRequest, by: { agentId: string | null }, now: Date): RequestChange {
  if (request.state !== 'closed') return nothing;
  const { agentId } = by;
  const opened = { openedAt: now, closedAt: null, agentId };
  return agentId === null
    ? { ...opened, state: 'waiting', queuedAt: now }
    : { ...opened, state: 'assigned', queuedAt: null };
}

const isClosed = () => new ChatError('conflict', 'support_request.closed', 'The request is closed.');
