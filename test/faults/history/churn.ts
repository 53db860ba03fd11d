import { setTimeout as delay } from 'node:timers/promises';
import { changeRecent } from './changing.js';
import type { Device } from './device.js';
import { now } from './recorder.js';
import { type World, ask, insist } from './world.js';

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

  constructor(
    private readonly world: World,
    private readonly devices: readonly Device[],
    private readonly options: ChurnOptions,
  ) {
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
    const { revolving } = this.world;
    const member = revolving.members.at(-1)?.id ?? '';
    await this.asOwner('remove', 'DELETE', `members/${member}`, member);
    await delay(STAY_AWAY_MS);
    await this.asOwner('add', 'POST', 'members', member, { userIds: [member] });
  }

  private async asOwner(
    operation: 'add' | 'remove',
    method: 'POST' | 'DELETE',
    path: string,
    user: string,
    body?: unknown,
  ): Promise<void> {
    const { revolving, recorder } = this.world;
    const owner = revolving.members[0]?.session.token ?? '';
    await insist(this.world, operation, async (node) => {
      const begun = now();
      const reply = await ask(node, `${method} /v1/conversations/${revolving.id}/${path}`, owner, body).catch(
        () => undefined,
      );
      // Repeated after an answer that was lost: then it was done before.
      const isDone = reply !== undefined && (reply.status < 300 || reply.body?.code === 'member.not_found');
      recorder.note({
        operation,
        begun,
        node: node.name,
        conversation: revolving.id,
        user,
        outcome: isDone ? 'ok' : 'unknown',
        code: reply?.body?.code,
      });
      return isDone || undefined;
    });
  }

  private async blockForAWhile(): Promise<void> {
    await this.setBlock('block', 'PUT');
    await delay(STAY_AWAY_MS);
    await this.setBlock('unblock', 'DELETE');
  }

  private async setBlock(operation: 'block' | 'unblock', method: 'PUT' | 'DELETE'): Promise<void> {
    const { pair, recorder } = this.world;
    const [one, other] = pair.members;
    await insist(this.world, operation, async (node) => {
      const begun = now();
      const route = `${method} /v1/blocks/${other?.id ?? ''}` as const;
      const reply = await ask(node, route, one?.session.token ?? '').catch(() => undefined);
      const isDone = reply !== undefined && reply.status < 300;
      recorder.note({
        operation,
        begun,
        node: node.name,
        conversation: pair.id,
        outcome: isDone ? 'ok' : 'unknown',
        code: reply?.body?.code,
      });
      return isDone || undefined;
    });
  }

  private async revoke(device: Device): Promise<void> {
    const session = device.sessionId;
    const { recorder } = this.world;
    await insist(this.world, 'revocation', async (node) => {
      const begun = now();
      const { token } = device.person.session;
      const reply = await ask(node, `DELETE /v1/auth/sessions/${session}`, token).catch(() => undefined);
      const isDone = reply !== undefined && (reply.status < 300 || reply.status === 404);
      recorder.note({
        operation: 'revoke',
        begun,
        node: node.name,
        session,
        outcome: isDone ? 'ok' : 'unknown',
      });
      return isDone || undefined;
    });
  }
}
