import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { findProgram } from './find-binaries.js';

export interface ChildCommand {
  file: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  stdio: StdioOptions;
  /** Where the pid is kept, so that the next start finds a child that outlived its launcher. */
  pidFile?: string;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Child {
  readonly pid: number;
  readonly isRunning: boolean;
  /** Settles when the process is gone; never rejects. */
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a program in a process group of its own, so that Ctrl-C reaches the launcher alone and the stop order
 * stays its own. Where the kernel can do it, the child gets SIGTERM when the launcher dies without a word.
 */
export async function startChild(command: ChildCommand): Promise<Child> {
  const setpriv = process.platform === 'linux' ? findProgram('setpriv') : undefined;
  const [file, ...args] = setpriv
    ? [setpriv, '--pdeathsig', 'TERM', '--', command.file, ...command.args]
    : [command.file, ...command.args];
  const child = spawn(file, args, {
    cwd: command.cwd,
    env: command.env,
    stdio: command.stdio,
    detached: true,
  });
  const exited = exitOf(child);
  await once(child, 'spawn');
  if (command.pidFile) writeFileSync(command.pidFile, `${child.pid}\n`);
  return {
    pid: child.pid!,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    exited,
    kill: (signal) => void child.kill(signal),
  };
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: 127, signal: null }));
  });
}

/** Asks a child to end and resolves when it is gone, by force once the time is over. A frozen child is thawed. */
export async function endChild(child: Child, timeoutMs: number): Promise<void> {
  if (!child.isRunning) return;
  child.kill('SIGTERM');
  child.kill('SIGCONT');
  const force = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  await child.exited;
  clearTimeout(force);
}
