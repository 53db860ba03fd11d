import { type Reference, decodeReference, encodeReference } from '../mailbox/reference.js';

/** A change outside all conversations, and whom it is for: no member list says that. */
export interface PersonalChange {
  readonly reference: Reference;
  readonly recipients: readonly string[];
  /** What all recipients may be shown alike; absent where each of them reads the event for themselves. */
  readonly data?: unknown;
}

/** One line of an outbox row. A reference holds no tab. */
export const encodePersonal = ({ reference, recipients }: PersonalChange): string =>
  `${encodeReference(reference)}\t${recipients.join(',')}`;

/** Undefined for a line that is no personal change, or one of a newer version. */
export function decodePersonal(line: string): PersonalChange | undefined {
  const [text = '', recipients] = line.split('\t');
  const reference = decodeReference(text);
  return reference && recipients ? { reference, recipients: recipients.split(',') } : undefined;
}
