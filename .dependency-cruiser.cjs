/**
 * The arrows of docs/architecture.md: imports only go down this list, and only to what stands beside a name.
 * There is no list of known violations.
 */
const arrows = {
  documents: ['transport', 'offline', 'messaging', 'conversations', 'users', 'auth'],
  transport: [
    'offline',
    'support',
    'messaging',
    'broadcast',
    'contacts',
    'presence',
    'conversations',
    'users',
    'auth',
    'ledger',
    'mailbox',
  ],
  offline: ['support', 'messaging', 'broadcast', 'contacts', 'conversations', 'users', 'ledger', 'mailbox'],
  search: ['messaging', 'conversations', 'ledger', 'feed', 'mailbox'],
  moderation: ['messaging', 'conversations', 'files', 'ledger'],
  contacts: ['presence', 'users', 'ledger', 'mailbox'],
  support: ['conversations', 'auth', 'users', 'word-filter', 'ledger', 'mailbox'],
  messaging: ['conversations', 'files', 'users', 'word-filter', 'ledger', 'mailbox'],
  broadcast: ['files', 'users', 'conversations', 'ledger', 'mailbox'],
  files: ['conversations', 'ledger'],
  presence: ['users', 'word-filter', 'mailbox'],
  conversations: ['users', 'word-filter', 'ledger', 'mailbox'],
  auth: ['users', 'mailbox'],
  users: ['word-filter', 'ledger', 'mailbox'],
  'word-filter': [],
  ledger: ['feed', 'mailbox'],
  feed: ['mailbox'],
  mailbox: [],
  platform: [],
};

const down = Object.entries(arrows).map(([from, to]) => {
  const allowed = [from, 'platform', ...to].join('|');
  return {
    name: `${from}-imports-only-down`,
    severity: 'error',
    from: { path: `^src/${from}/` },
    to: { path: '^src/', pathNot: `^src/(${allowed})/` },
  };
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...down,
    {
      name: 'no-folder-without-arrows',
      comment: 'A new capability takes its place in the list above.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${[...Object.keys(arrows), 'launcher'].join('|')})/` },
      to: {},
    },
    {
      name: 'launcher-stands-alone',
      comment: 'It starts the application as another process.',
      severity: 'error',
      from: { path: '^src/launcher/' },
      to: { path: '^src/', pathNot: '^src/(launcher/|platform/config/environment\\.ts$)' },
    },
    {
      name: 'nobody-imports-the-launcher',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/launcher/' },
      to: { path: '^src/launcher/' },
    },
    {
      name: 'nobody-imports-the-application',
      comment: 'The files at the top put the capabilities together.',
      severity: 'error',
      from: { path: '^src/[^/]+/' },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    {
      name: 'doors-are-only-wired',
      comment: 'Services never call a controller or a gateway; modules list them.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.module\\.ts$' },
      to: { path: '\\.(controller|gateway)\\.ts$' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-barrels',
      comment: 'The list of migrations is one in its own right.',
      severity: 'error',
      from: {},
      to: { path: '^src/.*/index\\.ts$', pathNot: '^src/platform/database/migrations/index\\.ts$' },
    },
    { name: 'everything-is-found', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'only-declared-packages',
      comment: 'What the built application imports stands in the dependencies.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-tests-in-the-application',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
