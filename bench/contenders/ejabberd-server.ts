import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild } from '../../src/launcher/child-process.js';
import { findProgram } from '../../src/launcher/find-binaries.js';
import { waitUntil } from '../../src/launcher/wait-until.js';
import { environment } from '../../src/platform/config/environment.js';
import { cpuSecondsOf } from '../measure/processes.js';

/** What Debian's packages put where: other builds of ejabberd lie elsewhere, and bring an Erlang of their own. */
const SCHEMA = '/usr/share/ejabberd/sql/mysql.sql';
const ERLANG_LIBRARIES = '/usr/lib/erlang/lib';

export interface Installation {
  /** The Erlang runtime. */
  readonly erl: string;
  /** Where ejabberd's own code lies. */
  readonly libraries: string;
  /** Its tables, for MySQL. */
  readonly schema: string;
}

/** Debian's ejabberd, with its driver for MySQL; undefined where one of them is missing. */
export function findEjabberd(): Installation | undefined {
  const [control, erl] = [findProgram('ejabberdctl'), findProgram('erl')];
  if (!control || !erl || !existsSync(SCHEMA) || !existsSync(ERLANG_LIBRARIES)) return undefined;
  if (!readdirSync(ERLANG_LIBRARIES).some((name) => name.startsWith('p1_mysql-'))) return undefined;
  const libraries = /^ERL_LIBS='(.+)'$/m.exec(readFileSync(control, 'utf8'))?.[1];
  return libraries ? { erl, libraries, schema: readFileSync(SCHEMA, 'utf8') } : undefined;
}

export interface ServerOptions {
  readonly installation: Installation;
  /** Exists, and is empty: configuration, spool and logs go here. */
  readonly directory: string;
  readonly configuration: object;
}

/**
 * Resolves when it has started and rests: it takes connections before, and checks its own files after that. Goes
 * without `ejabberdctl`, which insists on Debian's own user, and without Erlang's distribution: so it meets no other
 * node of the machine, and starts no port mapper.
 */
export async function startEjabberdServer({
  installation,
  directory,
  configuration,
}: ServerOptions): Promise<Child> {
  const spool = join(directory, 'spool');
  const logs = join(directory, 'logs');
  for (const path of [spool, logs]) mkdirSync(path);
  const started = join(directory, 'started');
  const configurationFile = join(directory, 'ejabberd.yml');
  writeFileSync(configurationFile, JSON.stringify(configuration)); // which is YAML too
  const child = await startChild({
    file: installation.erl,
    args: [
      ...runtimeArguments,
      ...['-noinput', '-mnesia', 'dir', `"${spool}"`],
      // One after the other: the file says that it has started.
      ...['-s', 'ejabberd', '-eval', `ok = file:write_file("${started}", "")`],
    ],
    cwd: spool,
    env: {
      PATH: environment.PATH,
      HOME: directory,
      ERL_LIBS: installation.libraries,
      ERL_CRASH_DUMP: join(logs, 'crash.dump'),
      EJABBERD_CONFIG_PATH: configurationFile,
      EJABBERD_LOG_PATH: join(logs, 'ejabberd.log'),
    },
    stdio: 'ignore',
  });
  await waitUntil('ejabberd starts', () => !child.isRunning || existsSync(started), { timeoutMs: 60_000 });
  if (child.isRunning) {
    await rest(child.pid);
    return child;
  }
  const log = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'));
  throw new Error(`ejabberd did not start:\n${log.join('\n').slice(0, 4_000)}`);
}

/** As `ejabberdctl` sets them; and its schedulers don't spin while they wait, which would count as CPU. */
const runtimeArguments = [
  ...['+K', 'true', '+P', '250000', '+Q', '65536'],
  ...['+sbwt', 'none', '+sbwtdcpu', 'none', '+sbwtdio', 'none'],
];

/** Resolves when the process has used no CPU for a while. */
async function rest(pid: number): Promise<void> {
  let before = NaN;
  const isResting = (): boolean => {
    const now = cpuSecondsOf(pid);
    const isSame = now === before;
    before = now;
    return isSame;
  };
  await waitUntil('ejabberd rests', isResting, { timeoutMs: 60_000, intervalMs: 500 });
}

/** The process itself and those that it has started. */
export function processesOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return [pid, ...children.flatMap((child) => processesOf(Number(child)))];
}
