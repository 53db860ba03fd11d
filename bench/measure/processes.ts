import { readFileSync } from 'node:fs';
import type { ServerProcess } from '../subject.js';

/** Clock ticks a second in /proc: the kernel's USER_HZ, which is 100 on every platform that Node runs on. */
const TICKS = 100;

/** User and system seconds that the processes have used so far, all their threads included (proc(5), `stat`). */
export const cpuSeconds = (processes: readonly ServerProcess[]): number =>
  processes.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), 0);

export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** KiB of memory that the processes hold. */
export const memoryKib = (processes: readonly ServerProcess[]): number =>
  processes.reduce((sum, { pid }) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return sum + Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }, 0);
