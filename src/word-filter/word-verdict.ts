import { type Span, fold, originsOf } from './folding.js';
import type { Finding, WordMatcher } from './word-matcher.js';

const MASK = '***';

export type Verdict = { readonly isRefused: true } | { readonly isRefused: false; readonly text: string };

/** What becomes of a text: refused, or with `***` in the place of each word that is masked. */
export function judge(matcher: WordMatcher, text: string): Verdict {
  const findings = matcher.isEmpty ? [] : matcher.find(fold(text));
  if (findings.some(({ pattern }) => pattern.action === 'refuse')) return { isRefused: true };
  return { isRefused: false, text: findings.length === 0 ? text : mask(text, findings) };
}

function mask(text: string, findings: readonly Finding[]): string {
  const origins = originsOf(text);
  // Nobody writes such a text by chance: it is masked as a whole.
  if (!origins) return MASK;
  const spans = findings.map(({ start, end }) => ({
    start: origins[start]?.start ?? 0,
    end: origins[end - 1]?.end ?? text.length,
  }));
  const kept = joined(spans);
  const parts = kept.map(({ start }, i) => text.slice(kept[i - 1]?.end ?? 0, start) + MASK);
  return parts.join('') + text.slice(kept.at(-1)?.end);
}

/** In their order, those that touch or overlap as one. */
function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last && span.start <= last.end)
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    else result.push(span);
  }
  return result;
}
