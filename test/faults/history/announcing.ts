import { setTimeout as delay } from 'node:timers/promises';
import { askUntilKnown } from './asking.js';
import type { World } from './world.js';

/** Broadcasts that stand at a time; there may be 200. */
const STANDING = 100;
/** What is recalled before everybody can have it. */
const RECALLED_SOON_SHARE = 0.35;
const RECALLED_SOON_MS = 400;
/** How often an older one is recalled besides. */
const RECALLED_LATE_SHARE = 0.2;

/** Publishes for everybody, and takes much of it back, soon or late. */
export class Announcer {
  private readonly standing: string[] = [];
  private count = 0;

  constructor(private readonly world: World) {}

  /** Publishes one; perhaps recalls it, or another one. */
  async announce(): Promise<void> {
    const { random } = this.world;
    this.standing.push(await this.publish());
    if (random.next() < RECALLED_SOON_SHARE) {
      await delay(random.between(0, RECALLED_SOON_MS));
      await this.recall(this.standing.length - 1);
    } else if (random.next() < RECALLED_LATE_SHARE || this.standing.length > STANDING) {
      await this.recall(random.between(0, this.standing.length - 1));
    }
  }

  private async publish(): Promise<string> {
    const { publisher, people, random, recorder } = this.world;
    const value = `announcement ${(this.count += 1)}`;
    const audience = random.pick([
      { all: true },
      { roles: ['user'] },
      { userIds: people.map(({ id }) => id) },
    ]);
    const wish = {
      what: 'broadcast',
      by: publisher,
      route: 'POST /v1/broadcasts' as const,
      body: { body: value, audience },
      headers: { 'idempotency-key': value },
    };
    const { body } = await askUntilKnown(this.world, wish, (attempt, answer) =>
      recorder.note({ operation: 'publish', value, broadcast: answer?.body?.broadcast?.id, ...attempt }),
    );
    return body.broadcast.id as string;
  }

  private async recall(index: number): Promise<void> {
    const [broadcast = ''] = this.standing.splice(index, 1);
    const { publisher, recorder } = this.world;
    const wish = {
      what: 'recall',
      by: publisher,
      route: `DELETE /v1/broadcasts/${broadcast}` as const,
    };
    await askUntilKnown(this.world, wish, (attempt) =>
      recorder.note({ operation: 'recall', broadcast, ...attempt }),
    );
  }
}
