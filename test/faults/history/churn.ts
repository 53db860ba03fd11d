import { setTimeout as delay } from 'node:timers/promises';
import { Announcer } from './announcing.js';
import { askUntilKnown } from './asking.js';
import { changeRecent } from './changing.js';
import type { Device } from './device.js';
import { markRecent } from './marking.js';
import { reactToRecent } from './reacting.js';
import type { Person, World } from './world.js';

export const churnKinds = [
  'moved',
  'vanished',
  'stopped reading',
  'old cursor',
  'foreign cursor',
  'forged cursor',
  'removed',
  'blocked',
  'revoked',
  'edited',
  'deleted',
  'reacted',
  'read',
  'announced',
] as const;
export type ChurnKind = (typeof churnKinds)[number];

export interface ChurnOptions {
  readonly kinds: readonly ChurnKind[];
  /** Milliseconds from one to the next. */
  readonly paceMs: number;
  /** How many times each kind happens before the run may end. */
  readonly rounds: number;
}

const PROBE_MS = 1_500;
const STOP_READING_MS = 1_500;
const STAY_AWAY_MS = 400;

/** Clients that come and go, in good order and bad; members who are removed and added again, or blocked for a while. */
export class Churn {
  private isStopped = false;
  private readonly churning: Promise<void>;
  private left: ChurnKind[] = [];
  private count = 0;
  private readonly announcer: Announcer;

  constructor(
    private readonly world: World,
    private readonly devices: readonly Device[],
    private readonly options: ChurnOptions,
  ) {
    this.announcer = new Announcer(world);
    this.churning = this.run();
  }

  /** Whoever was removed is a member again when this resolves, nobody is blocked, and all has happened that was wanted. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.churning;
  }

  private async run(): Promise<void> {
    const { kinds, paceMs, rounds } = this.options;
    while (!this.isStopped || this.count < kinds.length * rounds) {
      if (this.left.length === 0) this.left = this.world.random.shuffled(kinds);
      const kind = this.left.pop() ?? 'moved';
      await this.carryOut(kind, this.world.random.pick(this.devices));
      this.world.recorder.note({ operation: 'churn', kind });
      this.count += 1;
      await delay(paceMs);
    }
  }

  private async carryOut(kind: ChurnKind, device: Device): Promise<void> {
    switch (kind) {
      case 'moved':
        return device.move();
      case 'vanished':
        return device.vanish();
      case 'stopped reading':
        device.pause();
        await delay(STOP_READING_MS);
        return device.resume();
      case 'old cursor':
        return this.comeBackWith(device, device.formerCursors, 'old');
      case 'foreign cursor':
        return this.comeBackWith(device, this.others(device), 'foreign');
      case 'forged cursor':
        return this.comeBackWith(device, ['1999999999999-0', '0-0', '4000000000000-7'], 'forged');
      case 'removed':
        return this.removeForAWhile();
      case 'blocked':
        return this.blockForAWhile();
      case 'revoked':
        return this.revoke(device);
      case 'edited':
        return changeRecent(this.world, 'edit', `edited ${this.count}`);
      case 'deleted':
        return changeRecent(this.world, 'delete', '');
      case 'reacted':
        return reactToRecent(this.world);
      case 'read':
        return markRecent(this.world);
      case 'announced':
        return this.announcer.announce();
    }
  }

  private others(device: Device): string[] {
    return this.devices
      .filter(({ person }) => person !== device.person)
      .flatMap(({ formerCursors }) => formerCursors);
  }

  private async comeBackWith(
    device: Device,
    cursors: readonly string[],
    kind: 'old' | 'foreign' | 'forged',
  ): Promise<void> {
    // None of before the window: a replay of everything each time would be all that the run does.
    const recent = cursors.slice(-20);
    if (recent.length > 0) await device.probe(kind, this.world.random.pick(recent), PROBE_MS);
  }

  private async removeForAWhile(): Promise<void> {
    const member = this.world.revolving.members.at(-1) as Person;
    await this.asOwner('remove', member);
    await delay(STAY_AWAY_MS);
    await this.asOwner('add', member);
  }

  private async asOwner(operation: 'add' | 'remove', member: Person): Promise<void> {
    const { id: conversation, members } = this.world.revolving;
    const path = `/v1/conversations/${conversation}/members`;
    const wish = {
      what: operation,
      by: members[0] as Person,
      route: operation === 'add' ? (`POST ${path}` as const) : (`DELETE ${path}/${member.id}` as const),
      body: operation === 'add' ? { userIds: [member.id] } : undefined,
      doneCodes: ['member.not_found'],
    };
    await askUntilKnown(this.world, wish, (attempt) =>
      this.world.recorder.note({ operation, conversation, user: member.id, ...attempt }),
    );
  }

  private async blockForAWhile(): Promise<void> {
    await this.setBlock('block', 'PUT');
    await delay(STAY_AWAY_MS);
    await this.setBlock('unblock', 'DELETE');
  }

  private async setBlock(operation: 'block' | 'unblock', method: 'PUT' | 'DELETE'): Promise<void> {
    const { pair, recorder } = this.world;
    const [one, other] = pair.members as [Person, Person];
    const wish = { what: operation, by: one, route: `${method} /v1/blocks/${other.id}` as const };
    await askUntilKnown(this.world, wish, (attempt) =>
      recorder.note({ operation, conversation: pair.id, ...attempt }),
    );
  }

  private async revoke({ sessionId: session, person }: Device): Promise<void> {
    const wish = {
      what: 'revocation',
      by: person,
      route: `DELETE /v1/auth/sessions/${session}` as const,
      doneCodes: ['session.not_found'],
    };
    await askUntilKnown(this.world, wish, (attempt) =>
      this.world.recorder.note({ operation: 'revoke', session, ...attempt }),
    );
  }
}
