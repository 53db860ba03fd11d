import { z } from 'zod';

/** One environment variable: its name, its rule, and the sentence that `docs/configuration.md` shows. */
export interface Setting<T> {
  readonly variable: string;
  readonly rule: z.ZodType<T>;
  readonly meaning: string;
  /** How the default is written in the documentation; undefined when the variable is required or simply absent. */
  readonly fallback: string | undefined;
}

export function setting<T>(variable: string, rule: z.ZodType<T>, meaning: string): Setting<T> {
  const absent = rule.safeParse(undefined);
  const fallback = absent.success && absent.data !== undefined ? written(absent.data) : undefined;
  return { variable, rule, meaning, fallback };
}

function written(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** `on` or `off`, so that a variable reads like a switch. */
export const onOff = (fallback: boolean) =>
  z
    .enum(['on', 'off'], 'must be on or off')
    .optional()
    .transform((value) => (value === undefined ? fallback : value === 'on'));

/** A whole number within inclusive bounds. */
export const whole = (min: number, max: number, fallback: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${min} to ${max}`)
    .optional()
    .transform((value) => (value === undefined ? fallback : Number(value)))
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

/** Comma-separated words, without blanks around them. */
export const list = () =>
  z
    .string()
    .optional()
    .transform((value) =>
      (value ?? '')
        .split(',')
        .map((word) => word.trim())
        .filter(Boolean),
    );
