import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterNode } from './cluster-node.js';
import type { Device } from './device.js';
import type { Outcome } from './asked.js';
import { now } from './recorder.js';
import { type Person, type Place, type Session, type World, ask } from './world.js';

const RETRY_MS = 100;
const LONG_SHARE = 0.05;
const LONG = ', '.repeat(3_000);
/** A message that was not acknowledged by then is left, with an outcome that nobody knows. */
const GIVE_UP_MS = 45_000;

interface Answer {
  readonly outcome: Outcome;
  readonly code?: string | undefined;
  readonly seq?: number | undefined;
  readonly rev?: number | undefined;
}

interface Way {
  readonly node: ClusterNode;
  readonly session: Session;
  readonly connection?: string | undefined;
  readonly send: (body: { clientId: string; text: string }) => Promise<Answer>;
}

/** Many who send at once, each one message after another, through whichever node and door. */
export class Senders {
  private isStopped = false;
  private readonly sending: Promise<void>[];
  private count = 0;
  acknowledged = 0;

  constructor(
    private readonly world: World,
    private readonly devices: readonly Device[],
    { amount, paceMs }: { readonly amount: number; readonly paceMs: number },
  ) {
    this.sending = Array.from({ length: amount }, (_, i) => this.run(i, paceMs));
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.sending);
  }

  private async run(sender: number, paceMs: number): Promise<void> {
    const { places, revolving, pair, random } = this.world;
    while (!this.isStopped) {
      const nextAt = now() + paceMs;
      const place = random.pick([...places, ...places, revolving, pair]);
      const key = `s${sender}-${(this.count += 1)}`;
      await this.sendUntilKnown(place, random.pick(place.members), key);
      await delay(Math.max(0, nextAt - now()));
    }
  }

  /** As a client does: the same clientId again until there is an answer. Once all is over, nobody tries again. */
  private async sendUntilKnown(place: Place, person: Person, key: string): Promise<void> {
    const giveUpAt = now() + GIVE_UP_MS;
    const isLong = this.world.random.next() < LONG_SHARE;
    const body = { clientId: key, text: `text of ${key}${isLong ? LONG : ''}` };
    for (;;) {
      const { node, session, connection, send } = this.wayFor(person, place);
      const begun = now();
      const answer = await send(body);
      this.world.recorder.note({
        operation: 'send',
        begun,
        node: node.name,
        connection,
        user: person.id,
        session: session.id,
        conversation: place.id,
        key,
        value: body.text,
        ...answer,
      });
      if (answer.outcome === 'ok') this.acknowledged += 1;
      if (answer.outcome === 'ok' || isFinal(answer) || this.isStopped || now() > giveUpAt) return;
      await delay(RETRY_MS);
    }
  }

  private wayFor(person: Person, { id: conversationId }: Place): Way {
    const { random, nodes } = this.world;
    const sockets = this.devices.flatMap((device) => (device.person === person && device.socket) || []);
    if (sockets.length > 0 && random.next() < 0.6) {
      const { client, id, node, session } = random.pick(sockets);
      const send: Way['send'] = async (body) => {
        const answer = await client
          .command('message.send', { conversationId, ...body })
          .catch(() => undefined);
        if (!answer) return { outcome: 'unknown', code: 'no answer' };
        return answer.ok ? accepted(answer.data.message) : refused(answer.error);
      };
      return { node, session, connection: id, send };
    }
    const node = random.pick(nodes);
    const route = `POST /v1/conversations/${conversationId}/messages` as const;
    const send: Way['send'] = async (body) => {
      const reply = await ask(node, route, person.session.token, body).catch(() => undefined);
      if (!reply) return { outcome: 'unknown', code: 'no answer' };
      return reply.status < 300 ? accepted(reply.body.message) : refused(reply.body);
    };
    return { node, session: person.session, send };
  }
}

const accepted = ({ seq, rev }: { seq: number; rev: number }): Answer => ({ outcome: 'ok', seq, rev });

/** Only what says so was surely not done. */
function refused(problem: { status?: number; code?: string } | undefined): Answer {
  const { status = 500, code } = problem ?? {};
  const isSure = status < 500 || code === 'service.unavailable';
  return { outcome: isSure ? 'refused' : 'unknown', code };
}

/** Whoever was removed gets the same answer however often they ask. A session that has ended has a successor soon. */
const isFinal = ({ outcome, code = '' }: Answer): boolean =>
  outcome === 'refused' && (code.startsWith('conversation.') || code.startsWith('message.'));
