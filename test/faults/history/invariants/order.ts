import { type History, push } from '../history.js';

/** One row per sender and clientId, and the same answer to each repetition. */
export function oneRowPerKey(history: History): string[] {
  const places = new Map<string, Set<string>>();
  const see = (sender: string, key: string | null, conversation: string, seq: number | undefined): void => {
    if (key === null) return;
    const id = `${sender} ${key}`;
    places.set(id, (places.get(id) ?? new Set()).add(`${conversation}/${seq}`));
  };
  for (const [conversation, items] of history.finalReads)
    for (const { sender, key, seq } of items) see(sender, key, conversation, seq);
  for (const { outcome, user, key, conversation, seq } of history.sends)
    if (outcome === 'ok') see(user, key, conversation, seq);
  return [...places]
    .filter(([, where]) => where.size > 1)
    .map(([id, where]) => `${id} is at ${[...where].join(' and ')}`);
}

/** Whoever looks, and whenever: under one number of a conversation there is one message. */
export function oneValuePerSeq(history: History): string[] {
  const values = new Map<string, Set<string>>();
  const see = (conversation: string, seq: number | undefined, key: string | null | undefined): void => {
    const id = `${conversation}/${seq}`;
    const known = values.get(id);
    if (known) known.add(String(key));
    else values.set(id, new Set([String(key)]));
  };
  for (const { conversation, items } of history.of('read'))
    for (const { seq, key } of items) see(conversation, seq, key);
  for (const { type, conversation = '', seq, key } of history.events)
    if (type === 'message.created') see(conversation, seq, key);
  for (const { outcome, conversation, seq, key } of history.sends)
    if (outcome === 'ok') see(conversation, seq, key);
  return [...values]
    .filter(([, keys]) => keys.size > 1)
    .map(([id, keys]) => `${id} was ${[...keys].join(' and ')}`);
}

/** `seq` = 1 … n. */
export function seqsWithoutHoles(history: History): string[] {
  return [...history.finalReads].flatMap(([conversation, items]) => {
    const wrong = items.findIndex(({ seq }, i) => seq !== i + 1);
    return wrong < 0 ? [] : [`${conversation}: ${items[wrong]?.seq} stands where ${wrong + 1} belongs`];
  });
}

/** What was acknowledged before another was sent has the smaller seq. */
export function acknowledgedBefore(history: History): string[] {
  const byConversation = new Map<
    string,
    { begun: number; acknowledged: number; seq: number; key: string }[]
  >();
  for (const [key, attempts] of history.attempts) {
    const first = attempts.find(({ outcome }) => outcome === 'ok');
    const begun = Math.min(...attempts.map((attempt) => attempt.begun));
    if (first?.seq !== undefined)
      push(byConversation, first.conversation, { begun, acknowledged: first.at, seq: first.seq, key });
  }
  return [...byConversation].flatMap(([conversation, sends]) => {
    const acknowledged = sends.toSorted((a, b) => a.acknowledged - b.acknowledged);
    let next = 0;
    let highest = { seq: 0, key: '' };
    return sends
      .toSorted((a, b) => a.begun - b.begun)
      .flatMap(({ begun, seq, key }) => {
        for (let one = acknowledged[next]; one && one.acknowledged < begun; one = acknowledged[next]) {
          if (one.seq > highest.seq) highest = one;
          next += 1;
        }
        if (seq > highest.seq) return [];
        return [`${conversation}: ${key} got ${seq} after ${highest.key} had been answered ${highest.seq}`];
      });
  });
}
