import type { Principal } from '../../platform/http/principal.js';
import type { UserView } from '../../users/users.dto.js';
import type { SupportRequest } from './request.entity.js';
import type { RequestView } from './requests.dto.js';

/** Who may see a request, though not its conversation: whoever asks, whoever may answer, and admins. */
export const maySeeRequest = (
  { requesterId, agentId, teamId, fromTeamId }: SupportRequest,
  { userId, role }: Pick<Principal, 'userId' | 'role'>,
  teamsOfCaller: readonly string[],
): boolean =>
  userId === requesterId ||
  userId === agentId ||
  role === 'admin' ||
  teamsOfCaller.includes(teamId) ||
  (fromTeamId !== null && teamsOfCaller.includes(fromTeamId));

export const peopleOf = ({ requesterId, agentId }: SupportRequest): string[] =>
  agentId === null ? [requesterId] : [requesterId, agentId];

/** Undefined where the requester is not to be found. */
export function toRequestView(
  request: SupportRequest,
  viewOf: (userId: string) => UserView | undefined,
): RequestView | undefined {
  const requester = viewOf(request.requesterId);
  if (!requester) return undefined;
  return {
    id: request.id,
    teamId: request.teamId,
    fromTeamId: request.fromTeamId,
    conversationId: request.id,
    requester,
    agent: request.agentId === null ? null : (viewOf(request.agentId) ?? null),
    state: request.state,
    subject: request.subject,
    openedAt: request.openedAt.toISOString(),
    closedAt: request.closedAt?.toISOString() ?? null,
    createdAt: request.createdAt.toISOString(),
  };
}
