import { z } from 'zod';
import type { AttachedFile } from '../ledger/message.entity.js';
import { fileSchema } from '../ledger/message.dto.js';
import type { File } from './file.entity.js';

export const fileResponseSchema = z.object({ file: fileSchema }).meta({ id: 'FileResponse' });
export type FileResponse = z.infer<typeof fileResponseSchema>;

export const signedUrlSchema = z
  .object({
    url: z.url().meta({
      description:
        'Works without a token, for whoever has it, while the one who asked for it may see the file.',
      examples: [
        'https://chat.example.org/v1/signed/files/7387205550080000009?user=7387205550080000004&expires=1795246637&signature=dGhpcyBpcyBubyBzaWduYXR1cmU',
      ],
    }),
    thumbnailUrl: z.url().nullable().meta({ description: 'Likewise; null where there is no thumbnail.' }),
    expiresIn: z.int().meta({ description: 'Seconds.', examples: [600] }),
  })
  .meta({ id: 'SignedUrl' });
export type SignedUrl = z.infer<typeof signedUrlSchema>;

/** What a signed URL carries; whatever is wrong with it is answered like an unknown file. */
export const signatureQuerySchema = z.object({
  user: z.string().max(64).optional().meta({ description: 'Who asked for the URL.' }),
  expires: z.string().max(16).optional().meta({ description: 'When it ends, in seconds since 1970.' }),
  signature: z.string().max(64).optional().meta({ description: 'Of all the rest.' }),
});
export type SignatureQuery = z.infer<typeof signatureQuerySchema>;

/** A file as its readers are shown it. */
export const toAttachedFile = ({ id, name, contentType, size, width, height }: File): AttachedFile => ({
  id,
  name,
  contentType,
  size,
  width,
  height,
});
