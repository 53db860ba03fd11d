import type { ByteRange } from '../storage/file-storage.js';

/** The request headers that decide how a file is answered. */
export interface Conditions {
  readonly range?: string | undefined;
  readonly ifRange?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

export type AnswerPlan =
  ({ readonly status: 200 | 206 } & ByteRange) | { readonly status: 304 } | { readonly status: 416 };

/**
 * How to answer a request for bytes that never change (RFC 9110, 13 and 14): all of them, one range, nothing new, or
 * that there is no such range. What is no single range of bytes counts as none: the whole is always right.
 */
export function planAnswer(size: number, etag: string, conditions: Conditions): AnswerPlan {
  if (conditions.ifNoneMatch !== undefined && matches(conditions.ifNoneMatch, etag)) return { status: 304 };
  const whole = { status: 200 as const, start: 0, end: size - 1 };
  if (conditions.ifRange !== undefined && conditions.ifRange.trim() !== etag) return whole;
  const range = rangeOf(conditions.range ?? '', size);
  if (range === 'none') return whole;
  return range === 'unsatisfiable' ? { status: 416 } : { status: 206, ...range };
}

/** By the weak comparison: `W/` makes no difference. */
const matches = (header: string, etag: string): boolean =>
  header.trim() === '*' || header.split(',').some((each) => each.trim().replace(/^W\//, '') === etag);

function rangeOf(header: string, size: number): ByteRange | 'none' | 'unsatisfiable' {
  const [, first = '', last = ''] = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header.trim()) ?? [];
  if (first === '' && last === '') return 'none';
  if (first === '') return ofLast(Number(last), size);
  if (last !== '' && Number(last) < Number(first)) return 'none';
  const end = Math.min(last === '' ? Infinity : Number(last), size - 1);
  return Number(first) <= end ? { start: Number(first), end } : 'unsatisfiable';
}

const ofLast = (amount: number, size: number): ByteRange | 'unsatisfiable' =>
  amount === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - amount), end: size - 1 };
