import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Setting } from '../../../src/platform/config/setting.js';
import { settings } from '../../../src/platform/config/settings.js';

export const root = resolve(import.meta.dirname, '../../..');

type Group = keyof typeof settings;

const titles: Record<Group, string> = {
  http: 'HTTP',
  log: 'Logs',
  mysql: 'MySQL or MariaDB',
  redis: 'Redis or Valkey',
  auth: 'Accounts and tokens',
  mailbox: 'Mailboxes and replays',
  limits: 'Limits',
  rates: 'Rates',
  contacts: 'Contacts',
  files: 'Files',
};

const groups = Object.entries(settings).map(([group, members]) => ({
  title: titles[group as Group],
  members: Object.values<Setting<unknown>>(members),
}));

const head = `# Configuration

A node reads its settings from the environment, once, at its start. An empty variable counts as absent. A bad value
stops the start with exit code 1; the message names the variable and the rule that it broke, never the value. All
bad variables are named at once. \`src/platform/config/settings.ts\` is the only list of settings, and
\`src/platform/config/environment.ts\` the only place that reads the environment.

This page and \`.env.example\` are made from that list by \`npm run docs:config\`. A test fails when they differ from it.

A node reads no \`.env\` file by itself. To use one:

\`\`\`sh
cp .env.example .env   # then set at least DATABASE_URL and REDIS_URL
node --max-semi-space-size=32 --env-file=.env dist/main.js
\`\`\``;

const tail = `## Rules across settings

- \`DATABASE_URL\` and \`REDIS_URL\` are required by \`npm run start:prod\`. \`npm start\` supplies whichever is missing, with a
  private server of its own.
- \`ADMIN_USERNAME\` and \`ADMIN_PASSWORD\` must be set together, and so must \`S3_ACCESS_KEY_ID\` and
  \`S3_SECRET_ACCESS_KEY\`.
- The scheme of \`DATABASE_URL\` may be \`mysql\` or \`mariadb\`, whichever server it is: the node asks the server itself.
- One node opens \`DATABASE_POOL\` + \`WRITER_LANES\` connections to MySQL at most, and two to Redis.
- Nodes of one installation must have the same \`DATABASE_URL\`, the same Redis data, and the same values of
  \`REDIS_PREFIX\`, \`TOKEN_ISSUER\`, \`MAILBOX_LENGTH\`, \`MAILBOX_RETENTION_HOURS\` and \`NODE_LEASE_SECONDS\`, and the same
  store of uploads: one \`FILES_DIR\` that all of them share, or one \`S3_BUCKET\`.

## Variables that are not a node's

| Variable | Read by | Meaning |
| --- | --- | --- |
| \`NO_COLOR\` | \`npm start\` | Any value: the greeting has no colours. |
| \`MYSQL_PASSWORD\` | \`docker-compose.yml\` | Password of the database user; letters and digits, because it becomes part of a URL. |
| \`MYSQL_ROOT_PASSWORD\` | \`docker-compose.yml\` | Password of MySQL's administrator. |
| \`MYSQL_BUFFER_POOL\` | \`docker-compose.yml\` | InnoDB's buffer pool, \`512M\` by default. |
| \`MYSQL_PORT\`, \`REDIS_PORT\` | \`docker-compose.yml\` | Ports on this machine, 3306 and 6379 by default. |
| \`TEST_DATABASE_URL\`, \`TEST_REDIS_URL\` | \`npm test\` | Servers to test against, instead of private ones. |
| \`TEST_SEED\` | \`npm test\` | Another seed for the property tests: other cases than those of every run. |
`;

/** `docs/configuration.md`, as the formatter writes it. */
export async function configurationPage(): Promise<string> {
  const tables = groups.map(({ title, members }) =>
    [
      `## ${title}`,
      '',
      '| Variable | Default | Meaning | Rule |',
      '| --- | --- | --- | --- |',
      ...members.map(
        (member) =>
          `| \`${member.variable}\` | ${defaultOf(member)} | ${cell(member.meaning)} | ${cell(ruleOf(member))} |`,
      ),
    ].join('\n'),
  );
  const path = resolve(root, 'docs/configuration.md');
  return format([head, ...tables, tail].join('\n\n'), { ...(await resolveConfig(path)), filepath: path });
}

/** `.env.example`: every variable, commented out, with its default or the form that it must have. */
export function envExample(): string {
  const sections = groups.map(({ title, members }) =>
    [`## ${title}`, ...members.map(exampleOf)].join('\n\n'),
  );
  const first = [
    '# Every setting of a node. Made by `npm run docs:config`; docs/configuration.md has the same as a table.',
    '# Copy to .env, then: node --max-semi-space-size=32 --env-file=.env dist/main.js',
  ].join('\n');
  return `${[first, ...sections].join('\n\n')}\n`;
}

const examples: Record<string, string> = {
  DATABASE_URL: 'mysql://mailroom:password@127.0.0.1:3306/mailroom',
  REDIS_URL: 'redis://127.0.0.1:6379',
};

function exampleOf(member: Setting<unknown>): string {
  const value = examples[member.variable] ?? member.fallback ?? '';
  const note = isRequired(member) ? ' (required)' : '';
  return `# ${member.meaning}\n# Rule: ${ruleOf(member)}${note}\n#${member.variable}=${value}`;
}

function defaultOf(member: Setting<unknown>): string {
  if (isRequired(member)) return '_required_';
  return member.fallback ? `\`${member.fallback}\`` : '_none_';
}

const isRequired = ({ rule }: Setting<unknown>): boolean => !rule.safeParse(undefined).success;

/** The rule in the words of the message that its breach prints; the two texts break every rule that there is. */
function ruleOf({ rule }: Setting<unknown>): string {
  for (const wrong of ['\u0000', 'x'.repeat(10_000)]) {
    const parsed = rule.safeParse(wrong);
    if (!parsed.success) return parsed.error.issues[0]?.message ?? 'has a rule without words';
  }
  return 'any text';
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
