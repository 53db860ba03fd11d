import { setTimeout as delay } from 'node:timers/promises';

/** Questions on their way at a time. What is asked meanwhile waits for one of them, and goes with the next. */
const AT_ONCE = 2;
/** Milliseconds for which a question makes others wait: one that gets no answer holds up nobody for longer. */
const WAIT_MS = 100;

/**
 * Asks together what is asked at about the same time: the busier the node, the fewer the questions. A question begins after
 * all that it answers was asked, so no answer is older than one's own would be. When it fails, all fail that it was to answer.
 */
export function batched<K, V>(
  askAll: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
): (key: K) => Promise<V | undefined> {
  let gathering: { readonly keys: Set<K>; readonly answers: Promise<ReadonlyMap<K, V>> } | undefined;
  let begin: (() => void) | undefined;
  let underWay = 0;

  const beginNext = (): void => {
    if (!begin || underWay >= AT_ONCE) return;
    underWay += 1;
    begin();
    gathering = undefined;
    begin = undefined;
  };
  const makeWay = async (answers: Promise<unknown>): Promise<void> => {
    await Promise.race([answers.catch(() => undefined), delay(WAIT_MS, undefined, { ref: false })]);
    underWay -= 1;
    beginNext();
  };
  const ask = (keys: ReadonlySet<K>): Promise<ReadonlyMap<K, V>> => {
    const answers = askAll([...keys]);
    void makeWay(answers);
    return answers;
  };
  const gather = () => {
    const keys = new Set<K>();
    const turn = new Promise<void>((resolve) => {
      begin = resolve;
    });
    setImmediate(beginNext);
    return { keys, answers: turn.then(() => ask(keys)) };
  };
  return async (key) => {
    gathering ??= gather();
    gathering.keys.add(key);
    return (await gathering.answers).get(key);
  };
}
