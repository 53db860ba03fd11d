import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Options, hash, verify } from '@node-rs/argon2';
import { makeSecret } from '../../platform/crypto/secret-hash.js';
import { BoundedQueue } from '../../platform/jobs/bounded-queue.js';
import { RateLimits } from '../../platform/rate-limits/rate-limits.service.js';
import { accountOf } from '../../platform/rate-limits/subject.js';

/** Argon2id, the first choice of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane. */
const argon2id: Options = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Half of libuv's four threads: files and name look-ups go on during a flood of log-ins. */
const AT_ONCE = 2;
/** About three seconds of work; whoever comes later is told to come again. */
const WAITING = 128;

@Injectable()
export class Passwords implements OnModuleInit {
  private readonly queue = new BoundedQueue(AT_ONCE, WAITING);
  private nobodysHash = '';

  constructor(private readonly limits: RateLimits) {}

  async onModuleInit(): Promise<void> {
    this.nobodysHash = await this.hash(makeSecret(32));
  }

  /** Throws `service.unavailable` when too many log in at once, as does `matches`. */
  hash(password: string): Promise<string> {
    return this.queue.run(() => hash(normal(password), argon2id));
  }

  /**
   * Where there is no hash, false, after as long a time: an answer's delay tells nobody who exists. Throws
   * `rate_limited` after too many wrong ones for the name, whoever sent them and whether or not it exists.
   */
  async matches(
    username: string,
    password: string,
    passwordHash: string | null | undefined,
  ): Promise<boolean> {
    const account = accountOf(username);
    // Counted before it is tried: else a thousand attempts at once would all be among the first twenty.
    await this.limits.takeWithOthers('failedPasswords', account);
    let isWrong = false;
    try {
      const matches = await this.queue.run(() => verify(passwordHash ?? this.nobodysHash, normal(password)));
      isWrong = !matches || typeof passwordHash !== 'string';
      return !isWrong;
    } finally {
      if (!isWrong) this.limits.giveBack('failedPasswords', account);
    }
  }
}

/** Keyboards differ in how they compose the same characters (NIST SP 800-63B, 5.1.1.2). */
const normal = (password: string): string => password.normalize('NFKC');
