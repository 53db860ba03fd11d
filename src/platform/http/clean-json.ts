/**
 * Where a parsed JSON value holds text that can't be stored or sent on faithfully: NUL or a lone surrogate, in a
 * value or in a key, or a key that would pass for an object's prototype. Undefined when there is none. Works without recursion: depth is the sender's choice.
 */
export function findUncleanText(root: unknown): string | undefined {
  const open: { value: unknown; path: string }[] = [{ value: root, path: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    if (typeof value === 'string') {
      if (!isClean(value)) return path;
    } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
      for (const [key, child] of Object.entries(value)) {
        const childPath = path === '' ? key : `${path}.${key}`;
        if (!isClean(key)) return path;
        if (key === '__proto__') return childPath;
        open.push({ value: child, path: childPath });
      }
    }
  }
  return undefined;
}

export const isClean = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();
