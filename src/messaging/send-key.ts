import { hash } from 'node:crypto';
import { type MessageDraft, sendKeyOf } from '../ledger/stored-message.js';
import { canonicalJson } from '../platform/http/canonical-json.js';
import type { SendMessage } from './messages.dto.js';

/** What makes a send repeatable: the key by which it is found again, and the digest that tells whether it is the same. */
export const repeatable = (
  input: SendMessage,
  id: string,
  retryKey: string | undefined,
): Pick<MessageDraft, 'sendKey' | 'digest'> => ({
  sendKey:
    input.clientId === undefined && retryKey !== undefined
      ? hashedKey(retryKey)
      : sendKeyOf(input.clientId, id),
  digest: digestOf(input),
});

/** Of all that was sent but the clientId itself; a field that says nothing counts as absent. */
export function digestOf({ clientId: _, text, metadata, ...others }: SendMessage): Buffer {
  const said = Object.entries(others).filter(([, value]) => !saysNothing(value));
  const parts = said.length > 0 ? [Object.fromEntries(said)] : [];
  return hash('sha256', canonicalJson([text ?? null, metadata ?? null, ...parts]), 'buffer').subarray(0, 16);
}

const saysNothing = (value: unknown): boolean =>
  value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0);

const hashedKey = (key: string): string => `k:${hash('sha256', key, 'base64url')}`;
