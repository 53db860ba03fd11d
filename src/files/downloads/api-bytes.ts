import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';

const bytes = { '*/*': { schema: { type: 'string', format: 'binary' } } };

const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string' as const },
  example,
});

const ofAll = {
  ETag: header('Of these bytes: under one id they never change.', '"7387205550080000009"'),
  'Cache-Control': header('To be asked for anew each time.', 'private, no-cache'),
};

const ofBytes = {
  ...ofAll,
  'Accept-Ranges': header('Parts can be had.', 'bytes'),
  'Content-Disposition': header(
    'The name of the file; `inline` for images, video and sound alone.',
    `attachment; filename="plan.pdf"; filename*=UTF-8''plan.pdf`,
  ),
};

/** Documents a route that answers with bytes, or a part of them (RFC 9110, 14). */
export const ApiBytes = (description: string) =>
  applyDecorators(
    ApiHeader(
      requestHeader(
        'Range',
        'One range of bytes; more than one, or another unit, gets the whole.',
        'bytes=0-1023',
      ),
    ),
    ApiHeader(
      requestHeader(
        'If-Range',
        'The range only of the bytes with this ETag, else the whole.',
        '"7387205550080000009"',
      ),
    ),
    ApiHeader(
      requestHeader('If-None-Match', 'Nothing if these are the bytes still.', '"7387205550080000009"'),
    ),
    ApiResponse({ status: 200, description, headers: ofBytes, content: bytes }),
    ApiResponse({
      status: 206,
      description: 'The part that was asked for.',
      headers: { ...ofBytes, 'Content-Range': header('Which part, of how much.', 'bytes 0-1023/48213') },
      content: bytes,
    }),
    ApiResponse({ status: 304, description: 'The bytes are those of `If-None-Match`.', headers: ofAll }),
  );

const requestHeader = (name: string, description: string, example: string) => ({
  name,
  description,
  example,
  required: false,
  schema: { type: 'string' as const },
});

/** The form that an upload comes in. */
export const fileForm = {
  type: 'object',
  required: ['file'],
  additionalProperties: false,
  properties: {
    file: { type: 'string', format: 'binary', description: 'The one part; its name is that of the file.' },
  },
};
