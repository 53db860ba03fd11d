import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../support/servers.js';

const SIZE = '1500m';

/** A file system of its own in memory, that can be filled up. Needs the right to mount one. */
export class SmallDisk {
  private constructor(readonly directory: string) {}

  /** Why there can be none here; undefined when there can. */
  static get obstacle(): string | undefined {
    try {
      SmallDisk.mount().unmount();
      return undefined;
    } catch {
      return 'no file system can be mounted by this user';
    }
  }

  static mount(): SmallDisk {
    const directory = temporaryDirectory('disk');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', directory], { stdio: 'pipe' });
    } catch (error) {
      rmSync(directory, { recursive: true });
      throw error;
    }
    return new SmallDisk(directory);
  }

  /** A directory on it. */
  place(name: string): string {
    const path = join(this.directory, name);
    mkdirSync(path, { mode: 0o700 });
    return path;
  }

  fill(): void {
    const { bavail, bsize } = statfsSync(this.directory);
    execFileSync('fallocate', ['-l', String(bavail * bsize), this.filler]);
  }

  free(): void {
    rmSync(this.filler, { force: true });
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.directory]);
    rmSync(this.directory, { recursive: true });
  }

  private get filler(): string {
    return join(this.directory, 'filler');
  }
}
