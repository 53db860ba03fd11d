/** Characters of a message's text, as the workloads prescribe. */
const LENGTH = 100;
const MARK = '~'.charCodeAt(0);
const DOT = '.'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);

/** A text that says which message it is: `~stream.n~` and padding. */
export const textOf = (stream: number, n: number): string => `~${stream}.${n}~`.padEnd(LENGTH, 'x');

/**
 * Finds each text in what a connection received and says which it is. Reads bytes instead of parsing, so that the
 * load generator takes little of the machine that it shares with the server.
 */
export function eachText(bytes: Uint8Array, hear: (stream: number, n: number) => void): void {
  let at = bytes.indexOf(MARK);
  while (at >= 0) {
    let [stream, n, i] = [0, 0, at + 1];
    for (; i < bytes.length && bytes[i] !== DOT; i += 1) stream = stream * 10 + (bytes[i] ?? 0) - ZERO;
    for (i += 1; i < bytes.length && bytes[i] !== MARK; i += 1) n = n * 10 + (bytes[i] ?? 0) - ZERO;
    hear(stream, n);
    at = bytes.indexOf(MARK, i + 1);
  }
}
