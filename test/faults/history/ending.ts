import { waitUntil } from '../../../src/launcher/wait-until.js';
import { announcedIn } from './announced.js';
import type { Device } from './device.js';
import { lookAtMarks } from './marking.js';
import { broadcastsOf, conversationsOf, readRange } from './reading.js';
import type { Person, World } from './world.js';

/** All devices come to the end of all their conversations, and know of all broadcasts; when they agree, the history tells. */
export async function agree(world: World, devices: readonly Device[], timeoutMs: number): Promise<void> {
  const ends = new Map<Device, Map<string, number>>();
  for (const device of devices) ends.set(device, await endsOf(world, device.person));
  const announced = announcedIn(world.recorder.records);
  const left = new Set(devices);
  await waitUntil(
    'all devices agree',
    () => {
      for (const device of left) {
        const wanted = ends.get(device) ?? new Map<string, number>();
        if (!device.holds(wanted)) continue;
        left.delete(device);
        for (const [conversation, seq] of wanted)
          world.recorder.note({ operation: 'agreed', device: device.name, conversation, seq });
      }
      return left.size === 0 && devices.every((device) => device.wasTold(announced));
    },
    { timeoutMs, intervalMs: 50 },
  ).catch(() => undefined);
}

const endsOf = async (world: World, person: Person): Promise<Map<string, number>> =>
  new Map((await conversationsOf(world, person)).map(({ id, lastSeq }) => [id, lastSeq]));

/** Reads whatever is judged as it is in the end. */
export async function readAll(world: World): Promise<void> {
  for (const { id, members } of [...world.places, world.pair, world.revolving]) {
    const owner = members[0] as Person;
    const lastSeq = (await endsOf(world, owner)).get(id) ?? 0;
    const items = await readRange(world, owner.session.token, id, 1, lastSeq);
    const isComplete = items.length > 0 && items.at(-1)?.seq === lastSeq;
    world.recorder.note({ operation: 'read', conversation: id, isComplete, items });
  }
  for (const person of world.people) {
    await lookAtMarks(world, person);
    const broadcasts = await broadcastsOf(world, person);
    world.recorder.note({ operation: 'listed', user: person.id, broadcasts });
  }
}
