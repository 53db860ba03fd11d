import type { History } from '../history.js';
import { sendsOutsideFaults } from './alive.js';

const FEWEST_SENDS = 40;

/** What a run lacks that would prove something: a run that lacks anything is unknown, never passed. */
export function complete(history: History): string[] {
  const { plan, faults, sends, finalReads } = history;
  if (!plan) return ['there is no plan'];
  const missing: string[] = [];
  for (const [number, kind] of plan.faults.entries()) {
    const fault = faults.find((one) => one.number === number && one.kind === kind);
    if (!fault) missing.push(`fault ${number} (${kind}) did not happen`);
    else if (!Number.isFinite(fault.healed)) missing.push(`fault ${number} (${kind}) did not heal`);
  }
  for (const { number, kind, detail } of history.of('fault').filter(({ phase }) => phase === 'failed'))
    missing.push(`fault ${number} (${kind}) did not happen: ${detail ?? 'nobody knows why'}`);
  const churned = new Set(history.of('churn').map(({ kind }) => kind));
  for (const kind of plan.churn) if (!churned.has(kind)) missing.push(`of the churn, ${kind} did not happen`);
  for (const conversation of new Set(sends.map((send) => send.conversation)))
    if (!finalReads.has(conversation)) missing.push(`${conversation} was not read to its end`);
  for (const user of new Set(history.of('mark').map((mark) => mark.user)))
    if (!hasLastLook(history, user)) missing.push(`it was not looked how far ${user} has read in the end`);
  if (history.of('publish').length > 0)
    for (const user of new Set(history.connections.map((connection) => connection.user)))
      if (!history.of('listed').some((list) => list.user === user))
        missing.push(`the broadcasts of ${user} were not listed in the end`);
  const connected = new Set(
    history.connections.filter(({ segments }) => segments.length > 0).map(({ device }) => device),
  );
  for (const device of plan.devices) if (!connected.has(device)) missing.push(`${device} never connected`);
  const outside = sendsOutsideFaults(history).length;
  if (outside < FEWEST_SENDS) missing.push(`only ${outside} sends were outside faults`);
  for (const phase of ['before', 'after'] as const)
    if (!history.of('usage').some((usage) => usage.phase === phase))
      missing.push(`usage ${phase} was not measured`);
  return missing;
}

function hasLastLook(history: History, user: string): boolean {
  const lastMark = history.of('mark').findLast((mark) => mark.user === user)?.at ?? 0;
  return history.of('marks').some((look) => look.user === user && look.begun > lastMark);
}
