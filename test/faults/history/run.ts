import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { Churn, type ChurnOptions } from './churn.js';
import { Cluster, type ClusterOptions } from './cluster.js';
import type { ClusterNode } from './cluster-node.js';
import { Device } from './device.js';
import { agree, readAll } from './ending.js';
import { faults } from './faults/all.js';
import type { Random } from './random.js';
import { Recorder, now } from './recorder.js';
import type { Scheduled } from './schedule.js';
import { Senders } from './senders.js';
import {
  type Person,
  type World,
  ask,
  createGroup,
  logInAdmin,
  openDirect,
  register,
  renewSessions,
} from './world.js';

export interface RunOptions {
  readonly cluster: ClusterOptions;
  readonly random: Random;
  readonly faults: readonly Scheduled[];
  readonly people: number;
  readonly devices: number;
  readonly senders: number;
  /** Milliseconds from one message of a sender to the next, if the answers come as fast. */
  readonly paceMs: number;
  /** Acknowledged messages between one fault and the next, and before the end. */
  readonly sendsBetween: number;
  readonly churn?: ChurnOptions;
  /** How long the devices are waited for in the end. */
  readonly agreeWithinMs?: number;
  /** How long messages are waited for between faults. */
  readonly progressWithinMs?: number;
  /** Where the history is written to. */
  readonly path: string;
  /** What is left out here, and why. */
  readonly left?: Readonly<Record<string, string>>;
  readonly say?: (line: string) => void;
}

/** A fault that has not come to its end by then counts as not having happened. */
const FAULT_WITHIN_MS = 120_000;
const PROGRESS_WITHIN_MS = 180_000;
const AGREE_WITHIN_MS = 60_000;
const USAGE_WITHIN_MS = 15_000;
/** Tokens last an hour at most. */
const SESSIONS_LAST_MS = 20 * 60_000;

/** Runs clients, members and faults against a cluster of its own, and returns what was seen. */
export async function run(options: RunOptions): Promise<Recorder> {
  const recorder = new Recorder(options.path);
  const cluster = await Cluster.start(options.cluster);
  for (const node of cluster.nodes) {
    node.whenItDies = (detail) => {
      recorder.note({ operation: 'died', node: node.name, detail });
      options.say?.(`${node.name} died; it printed:\n${detail}`);
    };
  }
  try {
    const world = await settle(cluster, recorder, options);
    await warmUp(world);
    await measure(cluster, recorder, 'before');
    await live(world, cluster, options);
  } finally {
    await cluster.stop();
    await recorder.close();
  }
  return recorder;
}

/** People and their conversations: all of them in one, few in others, one in which the last comes and goes, and a pair. */
async function settle(cluster: Cluster, recorder: Recorder, { people, random }: RunOptions): Promise<World> {
  const [first] = cluster.nodes;
  if (!first) throw new Error('there is no node');
  const everybody: Person[] = [];
  for (let n = 1; n <= people; n += 1) everybody.push(await register(first, `person-${n}`));
  const places = [
    await createGroup(first, everybody),
    await createGroup(first, everybody.slice(0, 2)),
    await createGroup(first, everybody.slice(1, 3)),
    await createGroup(first, everybody.slice(2, 4)),
  ];
  const revolving = await createGroup(first, [...everybody.slice(0, 2), everybody.at(-1) as Person]);
  const pair = await openDirect(first, [everybody[0] as Person, everybody.at(-1) as Person]);
  const publisher = await logInAdmin(first);
  return { nodes: cluster.nodes, people: everybody, publisher, places, revolving, pair, recorder, random };
}

/** Fills the pools, so that what they keep is no surprise later. */
async function warmUp({ nodes, people }: World): Promise<void> {
  const token = people[0]?.session.token ?? '';
  const calls = Array.from({ length: 40 }, (_, i) => nodes[i % nodes.length] as ClusterNode);
  await Promise.all(calls.map((node) => ask(node, 'GET /v1/sync', token)));
}

async function live(world: World, cluster: Cluster, options: RunOptions): Promise<void> {
  const { recorder, people, places, revolving, pair } = world;
  const devices: Device[] = [];
  for (let n = 0; n < options.devices; n += 1) {
    const person = people[n % people.length] as Person;
    devices.push(await Device.start(`${person.username}/${n}`, person, world));
  }
  recorder.note({
    operation: 'plan',
    faults: options.faults.map(({ kind }) => kind),
    churn: options.churn?.kinds ?? [],
    devices: devices.map(({ name }) => name),
    members: Object.fromEntries(
      [...places, pair, { ...revolving, members: revolving.members.slice(0, -1) }].map(({ id, members }) => [
        id,
        members.map((member) => member.id),
      ]),
    ),
    left: options.left ?? {},
  });
  const senders = new Senders(world, devices, { amount: options.senders, paceMs: options.paceMs });
  const churn = options.churn && new Churn(world, devices, options.churn);
  await progress(senders, options);
  let renewedAt = now();
  for (const [number, fault] of options.faults.entries()) {
    if (now() - renewedAt > SESSIONS_LAST_MS) {
      await renewSessions(world);
      renewedAt = now();
    }
    await strike(world, cluster, fault, number, options);
    await progress(senders, options);
  }
  await churn?.stop();
  await senders.stop();
  await agree(world, devices, options.agreeWithinMs ?? AGREE_WITHIN_MS);
  await Promise.all(devices.map((device) => device.stop()));
  await readAll(world);
  await measure(cluster, recorder, 'after');
}

/** So many more messages are acknowledged, or it takes too long: then the history shows it. */
async function progress(
  senders: Senders,
  { sendsBetween, progressWithinMs = PROGRESS_WITHIN_MS }: RunOptions,
): Promise<void> {
  const wanted = senders.acknowledged + sendsBetween;
  await waitUntil('messages are acknowledged', () => senders.acknowledged >= wanted, {
    timeoutMs: progressWithinMs,
  }).catch(() => undefined);
}

async function strike(
  { recorder, random }: World,
  cluster: Cluster,
  { kind, holdMs, node: index }: Scheduled,
  number: number,
  { say }: RunOptions,
): Promise<void> {
  const fault = faults[kind];
  const node = cluster.nodes[index % cluster.nodes.length];
  if (!fault || !node) throw new Error(`${kind} is unknown`);
  const where = fault.hits === 'node' ? node.name : undefined;
  recorder.note({ operation: 'fault', phase: 'begun', kind, number, node: where });
  const begunAt = now();
  try {
    const late = delay(FAULT_WITHIN_MS, 'late', { ref: false });
    const outcome = await Promise.race([fault.strike({ cluster, node, random, holdMs }), late]);
    if (outcome === 'late') throw new Error('it did not come to its end');
    recorder.note({ operation: 'fault', phase: 'healed', kind, number, node: where });
    say?.(`${number + 1}. ${kind}${where ? ` (${where})` : ''}: ${Math.round(now() - begunAt)} ms`);
  } catch (error) {
    recorder.note({ operation: 'fault', phase: 'failed', kind, number, node: where, detail: String(error) });
    say?.(`${number + 1}. ${kind} failed: ${String(error)}`);
  }
}

/** Memory and handles of those that run when nobody is connected, as soon as nothing waits any more, or when time is over. */
async function measure(cluster: Cluster, recorder: Recorder, phase: 'before' | 'after'): Promise<void> {
  for (const { links } of cluster.nodes) links.clients.reset(); // what clients keep open for their next call
  const isEmpty = async (): Promise<boolean> =>
    (await cluster.stores.queued()) === 0 &&
    cluster.nodes.every(({ links }) => links.clients.connections === 0);
  await waitUntil('all has come down', isEmpty, { timeoutMs: USAGE_WITHIN_MS }).catch(() => undefined);
  const queued = await cluster.stores.queued();
  for (const node of cluster.nodes.filter(({ isRunning }) => isRunning))
    recorder.note({ operation: 'usage', phase, node: node.name, queued, ...(await node.usage()) });
}
