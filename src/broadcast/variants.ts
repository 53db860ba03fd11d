/** What a broadcast says in one language. */
export interface Variant {
  readonly title: string | null;
  readonly body: string;
}

/** By locale, such as `zh` or `pt-BR`. */
export type Variants = Readonly<Record<string, Variant>>;

/**
 * The variant for a reader: of their locale, or else of the nearest one that it is part of (`zh-Hant` of `zh-Hant-TW`, then
 * `zh`). Undefined: what the broadcast says without one. In any case of letters.
 */
export function variantFor(variants: Variants | null, locale: string | null): string | undefined {
  if (!variants || !locale) return undefined;
  const known = new Map(Object.keys(variants).map((key) => [key.toLowerCase(), key]));
  const parts = locale.toLowerCase().split('-');
  for (let length = parts.length; length > 0; length -= 1) {
    const found = known.get(parts.slice(0, length).join('-'));
    if (found !== undefined) return found;
  }
  return undefined;
}
