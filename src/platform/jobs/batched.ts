/**
 * Asks together what is asked within one turn of the event loop: the busier the node, the fewer the questions. A question
 * begins after all that it answers was asked, so no answer is older than one's own would be; and none waits for another
 * question. When it fails, all fail that it was to answer.
 */
export function batched<K, V>(
  askAll: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
): (key: K) => Promise<V | undefined> {
  let gathering: { readonly keys: Set<K>; readonly answers: Promise<ReadonlyMap<K, V>> } | undefined;
  const gather = () => {
    const keys = new Set<K>();
    const turn = new Promise<void>((resolve) => setImmediate(resolve));
    const answers = turn.then(() => {
      gathering = undefined;
      return askAll([...keys]);
    });
    return { keys, answers };
  };
  return async (key) => {
    gathering ??= gather();
    gathering.keys.add(key);
    return (await gathering.answers).get(key);
  };
}
