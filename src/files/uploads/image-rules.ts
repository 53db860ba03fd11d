import type { Metadata } from 'sharp';
import { ChatError } from '../../platform/errors/chat-error.js';

/** Image types that are read, cleaned and shown small. Others are files like any other. */
const read: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/apng',
  'image/gif',
  'image/webp',
  'image/tiff',
  'image/avif',
  'image/heic',
  'image/heif',
  'image/heic-sequence',
  'image/heif-sequence',
]);

export const isReadAsImage = (contentType: string): boolean => read.has(contentType);

/**
 * How what an image says about itself (where it was taken, by whom) is taken out of it. It is drawn anew, upright, with its
 * pixels alone: texts stand in more places of a file than decoders tell of. Of the HEIF family the container stays,
 * and the texts in it are overwritten; such images are shown upright by themselves.
 */
export const cleaningOf = ({ format }: Pick<Metadata, 'format'>): 'redraw' | 'overwrite' =>
  format === 'heif' ? 'overwrite' : 'redraw';

/** All that would be in memory at once: of a moving image, all frames. Throws `file.image_too_large`. */
export function requireFewPixels({ width, height, pageHeight, pages }: Metadata, megapixels: number): void {
  const pixels = width * (pageHeight ?? height) * (pages ?? 1);
  if (pixels <= megapixels * 1_000_000) return;
  throw new ChatError(
    'too_large',
    'file.image_too_large',
    `An image has at most ${megapixels} million pixels, all frames together.`,
  );
}

export const unreadableImage = (cause: unknown): ChatError =>
  new ChatError('unprocessable', 'file.image_invalid', 'The image can’t be read.', { cause });
