import { invalid } from '../errors/chat-error.js';

/** No body that this API takes is nested nearly as deep. */
const MAX_DEPTH = 64;

/** The same text for the same value: the order of an object's members does not count. Throws `request.invalid`. */
export const canonicalJson = (value: unknown): string => canonical(value, 0);

function canonical(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw invalid('The body is nested too deep.');
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, child]) => `${JSON.stringify(key)}:${canonical(child, depth + 1)}`);
  return `{${members.join(',')}}`;
}
