import type { SendRecord } from './record.js';
import { now } from './recorder.js';
import { type World, ask, insist } from './world.js';

/** The last messages from which one is picked to be changed. */
const RECENT = 50;

/** Somebody edits, or deletes, a recent message of theirs, in a conversation whose members stay. Nothing where there is none. */
export async function changeRecent(world: World, operation: 'edit' | 'delete', text: string): Promise<void> {
  const message = recentOf(world);
  const sender = world.people.find(({ id }) => id === message?.user);
  if (!message || !sender) return;
  const { conversation, seq = 0 } = message;
  const path = `/v1/conversations/${conversation}/messages/${seq}`;
  await insist(world, operation, async (node) => {
    const begun = now();
    const reply = await (
      operation === 'edit'
        ? ask(node, `PATCH ${path}`, sender.session.token, { text })
        : ask(node, `DELETE ${path}`, sender.session.token)
    ).catch(() => undefined);
    const isOver = reply?.body?.code === 'message.deleted';
    const isDone = reply !== undefined && reply.status < 300;
    world.recorder.note({
      operation,
      begun,
      node: node.name,
      conversation,
      seq,
      value: operation === 'edit' ? text : null,
      outcome: isDone ? 'ok' : isOver ? 'refused' : 'unknown',
      code: reply?.body?.code,
    });
    return isDone || isOver || undefined;
  });
}

function recentOf({ recorder: { records }, places, random }: World): SendRecord | undefined {
  const staying = new Set(places.map(({ id }) => id));
  const recent: SendRecord[] = [];
  for (let i = records.length - 1; i >= 0 && recent.length < RECENT; i -= 1) {
    const record = records[i];
    if (record?.operation === 'send' && record.outcome === 'ok' && staying.has(record.conversation))
      recent.push(record);
  }
  return recent.length > 0 ? random.pick(recent) : undefined;
}
