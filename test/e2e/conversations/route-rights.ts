/** Who calls, in the order in which they try: those who may do less come first, so that nothing has changed for the rest. */
export const callers = ['guest', 'stranger', 'root', 'former', 'member', 'admin', 'owner'] as const;
export type CallerName = (typeof callers)[number];

/** What the people around a conversation need to be known by. */
export interface Places {
  /** Members to whom things are done: another one for each that may do them. */
  readonly targets: Readonly<Partial<Record<CallerName, string>>>;
  readonly newcomer: string;
  /** Of a message by the member who calls; of one by somebody else. */
  readonly ownSeq: number;
  readonly othersSeq: number;
}

export interface Rights {
  /** What is put in the place of `{userId}`, `{seq}`, `{emoji}`; and the body. */
  readonly path?: (places: Places, caller: CallerName) => Readonly<Record<string, string | number>>;
  readonly body?: (places: Places) => unknown;
  /** Where all in it may. Absent: members may. */
  readonly inside?: Partial<Record<'member' | 'admin' | 'owner', string>>;
  /** Where a channel is open to those who have not joined it. */
  readonly isOpen?: true;
  /** Where the two types differ. */
  readonly inGroup?: string;
}

const [refused, notMine] = ['conversation.not_allowed', 'message.not_allowed'];
const forManagers = { member: refused };
const forOwners = { member: refused, admin: refused };

const target: Rights['path'] = ({ targets, newcomer }, caller) => ({ userId: targets[caller] ?? newcomer });
const others: Rights['path'] = ({ othersSeq }) => ({ seq: othersSeq, emoji: encodeURIComponent('👍') });
const own: Rights['path'] = ({ ownSeq }) => ({ seq: ownSeq });
const until = () => ({ until: '2036-01-01T00:00:00.000Z' });

/** Every route of one conversation: who may call it. One that is not here fails. */
export const rights: Readonly<Record<string, Rights>> = {
  'GET ': { isOpen: true },
  'PATCH ': { body: () => ({ name: 'After' }), inside: forManagers },
  'DELETE ': { inside: forOwners },
  'POST /join': { isOpen: true, inGroup: refused },
  'POST /leave': { inside: { owner: 'conversation.last_owner' } },
  'PATCH /settings': { body: () => ({ muted: true }) },
  'GET /members': {},
  'POST /members': { body: ({ newcomer }) => ({ userIds: [newcomer] }), inside: forManagers },
  'PATCH /members/{userId}': { path: target, body: () => ({ role: 'admin' }), inside: forOwners },
  'DELETE /members/{userId}': { path: target, inside: forManagers },
  'PUT /members/{userId}/mute': { path: target, body: until, inside: forManagers },
  'DELETE /members/{userId}/mute': { path: target, inside: forManagers },
  'GET /bans': { inside: forManagers },
  'PUT /bans/{userId}': { path: target, body: () => ({}), inside: forManagers },
  'DELETE /bans/{userId}': { path: target, inside: forManagers },
  'GET /messages': {},
  'POST /messages': { body: () => ({ text: 'Hello' }) },
  'GET /messages/{seq}': { path: others },
  'PATCH /messages/{seq}': {
    path: own,
    body: () => ({ text: 'After' }),
    inside: { admin: notMine, owner: notMine },
  },
  'DELETE /messages/{seq}': { path: others, inside: { member: notMine } },
  'GET /messages/{seq}/edits': { path: others },
  'PUT /messages/{seq}/reactions/{emoji}': { path: others },
  'DELETE /messages/{seq}/reactions/{emoji}': { path: others },
  'PUT /messages/{seq}/pin': { path: others },
  'DELETE /messages/{seq}/pin': { path: others },
  'GET /messages/{seq}/receipts': { path: others },
  'GET /messages/{seq}/thread': { path: others },
  'PUT /messages/{seq}/thread/follow': { path: others },
  'DELETE /messages/{seq}/thread/follow': { path: others },
  'POST /messages/{seq}/report': { path: others, body: () => ({ reason: 'spam' }) },
  'GET /pins': {},
  'GET /changes': {},
  'PUT /read': { body: () => ({ seq: 1 }) },
  // Nobody has begun to write: for those who may ask, there is none.
  'GET /draft': { inside: { member: 'draft.not_found', admin: 'draft.not_found', owner: 'draft.not_found' } },
  'PUT /draft': { body: () => ({ text: 'Begun' }) },
  'DELETE /draft': {},
  'PUT /typing': {},
  'DELETE /typing': {},
};
