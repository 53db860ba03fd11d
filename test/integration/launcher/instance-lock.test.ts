import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { choosePort } from '../../../src/launcher/free-port.js';
import { takeLock } from '../../../src/launcher/instance-lock.js';
import { temporaryDirectory } from '../../support/servers.js';

let directory: string;
let path: string;

beforeEach(() => {
  directory = temporaryDirectory('lock');
  path = join(directory, 'lock.sock');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function taken() {
  const lock = await takeLock(path);
  if ('heldBy' in lock) throw new Error(`held by ${lock.heldBy}`);
  return lock;
}

it('is held by one, and says by whom', async () => {
  const lock = await taken();
  expect(await takeLock(path)).toEqual({ heldBy: process.pid });
  lock.release();
});

it('can be taken again once released', async () => {
  (await taken()).release();
  (await taken()).release();
});

it('is taken over from an owner that was killed', async () => {
  const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('held'))`;
  const owner = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(owner.stdout, 'data');
  owner.kill('SIGKILL');
  await once(owner, 'close');
  expect(existsSync(path)).toBe(true);
  (await taken()).release();
});

it('gives a port to one launcher only, before anything listens there', async () => {
  const one = await choosePort(undefined, '127.0.0.1');
  const two = await choosePort(undefined, '127.0.0.1');
  expect(two.port).toBeGreaterThan(one.port);
  one.release();
  two.release();
});

it('refuses a wanted port that is in use, with a clear word', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await expect(choosePort(String(port), '127.0.0.1')).rejects.toThrow(`Port ${port} is in use`);
  server.close();
});
