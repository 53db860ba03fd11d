import { z } from 'zod';
import { setting, whole } from './setting.js';

/** So many actions at once, and as many again spread evenly over so many seconds. */
export class Rate {
  constructor(
    readonly count: number,
    readonly seconds: number,
  ) {}

  toString(): string {
    return `${this.count}/${this.seconds}`;
  }
}

const RULE = 'must look like 600/60, how many in how many seconds, or be off';

const rate = (count: number, seconds: number) =>
  z
    .string()
    .regex(/^(?:[1-9]\d{0,8}\/[1-9]\d{0,5}|off)$/, RULE)
    .optional()
    .transform((value) => {
      if (value === undefined) return new Rate(count, seconds);
      const [most, within] = value.split('/').map(Number);
      return within === undefined ? null : new Rate(most ?? 0, within);
    });

/** How often each class of actions may come, by whom it is counted. */
export const rateSettings = {
  requests: setting(
    'RATE_REQUESTS',
    rate(60_000, 60),
    'Requests and handshakes of one address, before anything is looked up for them.',
  ),
  logins: setting('RATE_LOGINS', rate(300, 60), 'Log-ins of one address.'),
  failedPasswords: setting(
    'RATE_FAILED_PASSWORDS',
    rate(30, 300),
    'Wrong passwords for one account, wherever they come from; right ones do not count.',
  ),
  registrations: setting('RATE_REGISTRATIONS', rate(100, 600), 'New accounts and guests of one address.'),
  refreshes: setting('RATE_REFRESHES', rate(1200, 60), 'Refreshes of one address.'),
  connections: setting(
    'RATE_CONNECTIONS',
    rate(300, 60),
    'Sockets and streams that one user opens; those that are open are bounded by CONNECTIONS_PER_USER.',
  ),
  sends: setting('RATE_SENDS', rate(600, 60), 'Messages of one user.'),
  uploads: setting('RATE_UPLOADS', rate(120, 60), 'Uploads of one user.'),
  searches: setting('RATE_SEARCHES', rate(120, 60), 'Searches of one user.'),
  reads: setting('RATE_READS', rate(3000, 60), 'Reading requests of one user, polls among them.'),
  writes: setting('RATE_WRITES', rate(1200, 60), 'All other changes that one user makes.'),
  signals: setting(
    'RATE_SIGNALS',
    rate(6000, 60),
    'Acknowledgements, read marks, typing and presence of one user.',
  ),
  keyFactor: setting(
    'RATE_KEY_FACTOR',
    whole(1, 9999, 10),
    'How many times what a user may is what one API key may.',
  ),
} as const;
