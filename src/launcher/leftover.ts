import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { waitUntil } from './wait-until.js';

const ENDS_WITHIN_MS = 10_000;

/**
 * Ends a child of an earlier launcher that is still there (frozen, shutting down, or on a system that cannot tie
 * a child's life to its parent's), and resolves when it is gone. Two servers on one data directory would harm it.
 *
 * Pids are reused, so a pid counts only if that process was started with `mark` in its command line.
 */
export async function endLeftover(pidFile: string, mark: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  const isThere = () => pid > 0 && commandLine(pid).includes(mark);
  if (isThere()) {
    process.kill(pid, 'SIGTERM');
    process.kill(pid, 'SIGCONT');
    const ends = (timeoutMs: number) =>
      waitUntil(`Process ${pid} of an earlier start ends`, () => !isThere(), { timeoutMs });
    await ends(ENDS_WITHIN_MS).catch(() => {
      process.kill(pid, 'SIGKILL'); // both stores and the application survive that: what they said is on disk
      return ends(ENDS_WITHIN_MS);
    });
  }
  rmSync(pidFile, { force: true });
}

/** How a process was started. Empty for a process that is gone, a zombie, or somebody else's secret. */
export function commandLine(pid: number): string {
  try {
    if (existsSync('/proc/self/cmdline')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
