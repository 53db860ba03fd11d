import { execFile } from 'node:child_process';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../src/launcher/wait-until.js';
import { allGone, isAlive, RunningLauncher } from '../../support/launcher.js';
import { temporaryDirectory } from '../../support/servers.js';

const run = promisify(execFile);

let directory: string;
let started: RunningLauncher[];

beforeEach(() => {
  directory = temporaryDirectory('launcher');
  started = [];
});

afterEach(async () => {
  for (const launcher of started) launcher.kill('SIGTERM');
  await Promise.all(started.map((launcher) => launcher.exit()));
  rmSync(directory, { recursive: true, force: true });
});

function launch(name = 'data', env: NodeJS.ProcessEnv = {}): RunningLauncher {
  const launcher = new RunningLauncher({ dataDirectory: join(directory, name), env });
  started.push(launcher);
  return launcher;
}

describe('stopping', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends the application, then its stores, and exits 0 on %s',
    async (signal) => {
      const launcher = launch();
      await launcher.isReady();
      const pids = launcher.pids();
      launcher.kill(signal);
      launcher.kill(signal); // npm passes a Ctrl-C on, which the terminal gave already
      expect(await launcher.exit()).toBe(0);
      expect(launcher.fact('stoppedBeforeItsStores')).toBe(true);
      await allGone(pids);
    },
  );

  it('leaves nothing behind when stopped half-way through the start', async () => {
    const launcher = launch();
    await waitUntil(
      'The data directory appears',
      () => statSync(join(directory, 'data/mariadb')).isDirectory(),
      {
        timeoutMs: 10_000,
      },
    );
    launcher.kill('SIGTERM');
    expect(await launcher.exit()).toBe(0);
    const next = launch();
    await next.isReady();
    expect(next.fact('starts')).toEqual({ mysql: 1, redis: 1 });
  });

  it("passes on the application's exit code and stops the stores", async () => {
    const launcher = launch('data', { EXIT_WITH: '7' });
    expect(await launcher.exit()).toBe(7);
    await allGone(launcher.pids());
  });
});

describe('starting again', () => {
  it('finds the data of a clean stop', async () => {
    const first = launch();
    await first.isReady();
    first.kill('SIGTERM');
    await first.exit();
    const second = launch();
    await second.isReady();
    expect(second.fact('starts')).toEqual({ mysql: 2, redis: 2 });
  });

  it('finds the data after the launcher was killed, and nothing of the old start still runs', async () => {
    const first = launch();
    await first.isReady();
    const pids = first.pids();
    first.kill('SIGKILL');
    const second = launch();
    await second.isReady();
    expect(second.fact('starts')).toEqual({ mysql: 2, redis: 2 });
    expect(Object.values(pids).filter(isAlive)).toEqual([]);
  });

  it('recovers after all processes were killed at once', async () => {
    const first = launch();
    await first.isReady();
    const pids = first.pids();
    for (const pid of [first.pid, ...Object.values(pids)]) process.kill(pid, 'SIGKILL');
    await first.exit();
    const second = launch();
    await second.isReady();
    expect(second.fact('starts')).toEqual({ mysql: 2, redis: 2 });
  });
});

it('brings the children down when it is killed itself', async () => {
  const launcher = launch();
  await launcher.isReady();
  const pids = launcher.pids();
  launcher.kill('SIGKILL');
  await allGone(pids);
});

it.each(['mariadb', 'redis'] as const)('starts %s again when it dies', async (name) => {
  const launcher = launch();
  await launcher.isReady();
  const before = launcher.pids()[name];
  process.kill(before, 'SIGKILL');
  await launcher.prints('starting it again');
  await waitUntil(
    'A new server runs',
    () => launcher.pids()[name] !== before && isAlive(launcher.pids()[name]),
    {
      timeoutMs: 20_000,
    },
  );
  launcher.kill('SIGTERM');
  expect(await launcher.exit()).toBe(0);
});

it('refuses a second instance on the same data, and leaves the first alone', async () => {
  const first = launch();
  await first.isReady();
  const second = launch();
  expect(await second.exit()).toBe(1);
  expect(second.output).toContain(`already runs on ${join(directory, 'data')} (process ${first.pid})`);
  expect(Object.values(first.pids()).every(isAlive)).toBe(true);
});

it('runs side by side with another checkout, started at the same moment, on another port', async () => {
  const both = [launch('one'), launch('two')];
  await Promise.all(both.map((launcher) => launcher.isReady()));
  const [one, two] = both.map(
    (launcher) => /Listening +http:\/\/127\.0\.0\.1:(\d+)/.exec(launcher.output)?.[1],
  );
  expect(one).toMatch(/^3\d\d\d$/);
  expect(two).toMatch(/^3\d\d\d$/);
  expect(one).not.toBe(two);
});

it('starts with a path too long for sockets, and finds its data again', async () => {
  const name = 'long/'.repeat(20);
  const env = { TMPDIR: directory }; // where the sockets go instead
  const first = launch(name, env);
  await first.isReady();
  first.kill('SIGTERM');
  await first.exit();
  const second = launch(name, env);
  await second.isReady();
  expect(second.fact('starts')).toEqual({ mysql: 2, redis: 2 });
});

it.each(['sh', 'bash'])('greets with lines that work when pasted into %s', async (shell) => {
  const launcher = launch();
  await launcher.isReady();
  const lines = launcher.output.split('\n').filter((line) => line.includes('curl'));
  expect(lines).toHaveLength(3);
  // The stream goes on in the background; waiting for its hello keeps the order that a person's pace gives.
  const heard = join(directory, 'heard');
  writeFileSync(heard, '');
  const [login, listen, send] = lines as [string, string, string];
  const untilHeard = (text: string) => `until grep -q '${text}' ${heard}; do :; done`;
  const script = [
    login,
    listen.replace(/ &$/, ` > ${heard} &`),
    untilHeard('token-of-bob'),
    send,
    untilHeard('token-of-alice Hello'),
    'kill $!',
  ];
  const { stdout } = await run(shell, ['-c', script.join('\n')], { timeout: 20_000 });
  expect(JSON.parse(stdout)).toEqual({ token: 'token-of-alice', to: 'bob', text: 'Hello' });
});
