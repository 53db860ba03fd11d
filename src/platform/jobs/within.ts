/** The promise's own outcome, or after so many milliseconds a rejection with what `late` makes. The work itself goes on. */
export function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    const settle =
      <V>(outcome: (value: V) => void) =>
      (value: V): void => {
        clearTimeout(timer);
        outcome(value);
      };
    work.then(settle(resolve), settle(reject));
  });
}
