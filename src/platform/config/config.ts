import { settings } from './settings.js';
import type { Setting } from './setting.js';

type Settings = typeof settings;
type Values<G> = { readonly [K in keyof G]: G[K] extends Setting<infer T> ? T : never };

/** The node's settings, parsed once, frozen, injected by this class. */
export abstract class Config {
  abstract readonly http: Values<Settings['http']>;
  abstract readonly log: Values<Settings['log']>;
  abstract readonly mysql: Values<Settings['mysql']>;
  abstract readonly redis: Values<Settings['redis']>;
  abstract readonly auth: Values<Settings['auth']>;
  abstract readonly mailbox: Values<Settings['mailbox']>;
  abstract readonly limits: Values<Settings['limits']>;
  abstract readonly rates: Values<Settings['rates']>;
  abstract readonly contacts: Values<Settings['contacts']>;
  abstract readonly files: Values<Settings['files']>;
}

/** Names each bad variable and the rule it broke, never its value: that may be a password. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads every setting. An empty variable counts as absent.
 * Throws a ConfigError that names all bad variables at once.
 */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const broken: string[] = [];
  const groups = Object.entries(settings).map(([group, members]) => {
    const values = Object.entries<Setting<unknown>>(members).map(([name, { variable, rule }]) => {
      const parsed = rule.safeParse(environment[variable] || undefined);
      if (!parsed.success) broken.push(`${variable} ${parsed.error.issues[0]?.message ?? 'is wrong'}`);
      return [name, parsed.data];
    });
    return [group, Object.freeze(Object.fromEntries(values))];
  });
  const config = Object.freeze(Object.fromEntries(groups)) as Config;
  if (broken.length === 0 && !config.auth.adminUsername !== !config.auth.adminPassword) {
    broken.push('ADMIN_USERNAME and ADMIN_PASSWORD must be set together');
  }
  if (broken.length === 0 && !config.files.s3AccessKeyId !== !config.files.s3SecretAccessKey) {
    broken.push('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set together');
  }
  if (broken.length > 0) throw new ConfigError(broken.join('\n'));
  return config;
}
