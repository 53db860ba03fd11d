import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { findEjabberd } from '../../../bench/contenders/ejabberd-server.js';
import { startNode } from '../../support/node.js';
import { createDatabase } from '../../support/servers.js';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../..');
const node = (...args: string[]) => run(process.execPath, args, { cwd: root, timeout: 60_000 });

beforeAll(() => node('node_modules/typescript7/bin/tsc', '-p', 'bench/tsconfig.json'), 60_000);

/** That it runs, on numbers too small to mean anything: timings are benchmarks, never tests. */
describe('npm run bench', () => {
  it('measures this server beside its peers, and loses nothing', { timeout: 90_000 }, async () => {
    const contenders = ['mailroom', 'yardstick', 'socket.io-streams', 'ws'];
    const only = contenders.flatMap((name) => ['--only', name]);
    const { stdout } = await node('dist/bench/bench/main.js', '--small', ...only, 'w1');
    for (const name of contenders) {
      const rounds = stdout.split('\n').filter((line) => line.includes(` ${name} `));
      expect(rounds, name).toHaveLength(2);
      for (const round of rounds) expect(round).toMatch(/CPU s per 1,000 \d.* lost, doubled, disordered 0$/);
    }
  });

  it('measures ejabberd where it is installed, and says where it is not', { timeout: 90_000 }, async () => {
    const { stdout } = await node('dist/bench/bench/main.js', '--small', '--only', 'ejabberd', 'w2', 'w4');
    const rounds = stdout.split('\n').filter((line) => line.includes(' ejabberd '));
    if (!findEjabberd()) return expect(stdout).toMatch(/^Without ejabberd .* ejabberd and erlang-p1-mysql /m);
    expect(rounds).toHaveLength(3);
    for (const round of rounds) expect(round).toMatch(/CPU s per .* lost, doubled, disordered 0$/);
  });

  it('measures reads of histories that it has filled', { timeout: 90_000 }, async () => {
    const { stdout } = await node('dist/bench/bench/main.js', '--small', 'w7');
    expect(stdout.match(/reads\/s \d.*p99 ms \d/g)).toHaveLength(6);
  });

  it('names the workloads when asked for one that there is not', async () => {
    const failure = node('dist/bench/bench/main.js', 'w0');
    await expect(failure).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(/w0.*w1, w2/) });
  });
});

describe('npm run load', () => {
  const load = (...args: string[]) => node('dist/bench/bench/load/main.js', ...args);

  it('sends as much as it is told, and says what came of it', { timeout: 90_000 }, async () => {
    const database = await createDatabase('load');
    const target = await startNode({ DATABASE_URL: database.url });
    const { stdout } = await load('--url', target.url, '--users', '4', '--rate', '40', '--seconds', '1.5');
    expect(stdout).toContain('60 sent, 60 acknowledged, 60 delivered');
    expect(stdout).toContain('refused: none; lost 0, doubled 0, disordered 0');
    await target.stop();
    await database.drop();
  });

  it('explains itself when asked for what makes no sense, or a server that is not there', async () => {
    await expect(load('--rate', 'many')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--seconds'),
    });
    await expect(load('--url', 'http://127.0.0.1:1')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('http://127.0.0.1:1: fetch failed'),
    });
  });
});
