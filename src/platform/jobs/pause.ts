const FIRST_MS = 200;
const LONGEST_MS = 2_000;

/** Waits before what has failed so many times in a row is tried again: longer each time, and never all callers at once. */
export const pause = (failures: number): Promise<void> =>
  new Promise((resolve) => {
    const ms = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
    setTimeout(resolve, ms * (0.5 + Math.random())).unref();
  });
