export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function summary(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: percentile(sorted, 50), min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN };
}

/** Of sorted values, by the nearest rank. */
export const percentile = (sorted: ArrayLike<number>, percent: number): number =>
  sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;

export const percentileOf = (values: readonly number[], percent: number): number =>
  percentile(Float64Array.from(values).sort(), percent);
