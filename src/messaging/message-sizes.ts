import { ChatError } from '../platform/errors/chat-error.js';
import { canonicalJson } from '../platform/http/canonical-json.js';

const MAX_TEXT_BYTES = 16 * 1024;
const MAX_METADATA_BYTES = 8 * 1024;

/** Throws `message.too_long`. */
export function requireShortText(text: string): void {
  if (Buffer.byteLength(text) <= MAX_TEXT_BYTES) return;
  throw new ChatError(
    'too_large',
    'message.too_long',
    `A message has at most ${MAX_TEXT_BYTES} bytes of text.`,
  );
}

/** Throws `message.metadata_too_large`. */
export function requireSmallMetadata(metadata: Record<string, unknown> | null): void {
  if (!metadata || Buffer.byteLength(canonicalJson(metadata)) <= MAX_METADATA_BYTES) return;
  throw new ChatError(
    'too_large',
    'message.metadata_too_large',
    `Metadata has at most ${MAX_METADATA_BYTES} bytes.`,
  );
}
