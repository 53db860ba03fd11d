import { askUntilKnown } from './asking.js';
import { recentOf } from './recent.js';
import type { World } from './world.js';

/** Somebody edits, or deletes, a recent message of theirs, in a conversation whose members stay. Nothing where there is none. */
export async function changeRecent(world: World, operation: 'edit' | 'delete', text: string): Promise<void> {
  const message = recentOf(world);
  const sender = world.people.find(({ id }) => id === message?.user);
  if (!message || !sender) return;
  const { conversation, seq } = message;
  const path = `/v1/conversations/${conversation}/messages/${seq}`;
  const isEdit = operation === 'edit';
  const wish = {
    what: operation,
    by: sender,
    route: isEdit ? (`PATCH ${path}` as const) : (`DELETE ${path}` as const),
    body: isEdit ? { text } : undefined,
    finalCodes: ['message.deleted'],
  };
  await askUntilKnown(world, wish, (attempt) =>
    world.recorder.note({ operation, conversation, seq, value: isEdit ? text : null, ...attempt }),
  );
}
