import type { History, HistoryConnection } from '../history.js';
import type { RemoveRecord } from '../asked.js';
import type { EventRecord } from '../record.js';
import { boundAfter } from './bounds.js';

/** A revocation closes connections within this time, while Redis is away or not. Milliseconds. */
const REVOKED_WITHIN_MS = 5_000;

/**
 * After a removal was answered nothing of the conversation comes but the removal: no message that was sent later, on no
 * connection; and on connections that began later, no message at all. Nor is anything taken from whoever was removed.
 */
export function nothingAfterRemoval(history: History): string[] {
  const begunAt = firstBegun(history);
  return history.of('remove').flatMap((removal) => {
    if (removal.outcome !== 'ok') return [];
    const until = nextAddition(history, removal);
    const { user, conversation } = removal;
    const shown = history.connections
      .filter((connection) => connection.user === user)
      .flatMap((connection) => leaked(connection, conversation, { removal, until, begunAt }));
    const taken = history.sends
      .filter((send) => send.user === user && send.conversation === conversation && send.outcome === 'ok')
      .filter(({ key, at }) => (begunAt.get(key) ?? 0) > removal.at && at < until)
      .map(({ key }) => `${key} was taken from ${user} after the removal from ${conversation}`);
    return [...shown, ...taken];
  });
}

function leaked(
  connection: HistoryConnection,
  conversation: string,
  { removal, until, begunAt }: { removal: RemoveRecord; until: number; begunAt: Map<string, number> },
): string[] {
  const isLater = ({ key }: EventRecord): boolean =>
    connection.at > removal.at || (begunAt.get(key ?? '') ?? 0) > removal.at;
  return connection.segments
    .flatMap(({ events }) => events)
    .filter((event) => event.conversation === conversation && event.type.startsWith('message.'))
    .filter((event) => event.at > removal.at && event.at < until && isLater(event))
    .map(
      ({ seq }) =>
        `${connection.connection} showed ${conversation}/${seq} to ${removal.user}, who was removed`,
    );
}

/** After a block was answered nothing is taken into the direct conversation, from neither of the two. */
export function nothingAfterBlock(history: History): string[] {
  const begunAt = firstBegun(history);
  const unblocks = history.of('unblock');
  return history.of('block').flatMap(({ outcome, conversation, at }) => {
    if (outcome !== 'ok') return [];
    const until = Math.min(Infinity, ...unblocks.filter(({ begun }) => begun > at).map(({ begun }) => begun));
    return history.sends
      .filter((send) => send.conversation === conversation && send.outcome === 'ok')
      .filter((send) => (begunAt.get(send.key) ?? 0) > at && send.at < until)
      .map(({ key, user }) => `${key} was taken from ${user} after the block in ${conversation}`);
  });
}

/** After a revocation was answered nothing is taken from the session; its open connections end soon, and nothing more is shown on them or taken from them. */
export function nothingAfterRevocation(history: History): string[] {
  const begunAt = firstBegun(history);
  return history.of('revoke').flatMap(({ session, outcome, at }) => {
    if (outcome !== 'ok') return [];
    const bound = boundAfter(history.faults, at, REVOKED_WITHIN_MS);
    const taken = history.sends
      .filter((send) => send.session === session && send.outcome === 'ok')
      .filter(({ begun, connection }) => begun > (connection === undefined ? at : bound))
      .map(({ key }) => `${key} was taken from session ${session} after its end`);
    const shown = history.connections
      .filter((connection) => connection.session === session)
      .flatMap(({ connection, segments }) =>
        segments
          .flatMap(({ events }) => events)
          .filter(({ type, key }) => type === 'message.created' && (begunAt.get(key ?? '') ?? 0) > bound)
          .map(
            ({ conversation, seq }) =>
              `${connection} showed ${conversation}/${seq} to the ended session ${session}`,
          ),
      );
    return [...taken, ...shown];
  });
}

/** When each send was first begun. */
function firstBegun(history: History): Map<string, number> {
  const begun = new Map<string, number>();
  for (const send of history.sends)
    begun.set(send.key, Math.min(send.begun, begun.get(send.key) ?? Infinity));
  return begun;
}

const nextAddition = (history: History, { user, conversation, at }: RemoveRecord): number =>
  Math.min(
    Infinity,
    ...history
      .of('add')
      .filter((add) => add.user === user && add.conversation === conversation && add.at > at)
      .map(({ begun }) => begun),
  );
