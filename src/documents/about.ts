import { readFileSync } from 'node:fs';
import { z } from 'zod';

const { version, description } = z
  .object({ version: z.string(), description: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')));

/** What both documents say about the API as a whole. */
export const about = {
  title: 'Mailroom',
  version,
  description,
  license: { name: 'Proprietary: no rights are granted', identifier: 'LicenseRef-UNLICENSED' },
  contact: { name: 'Whoever runs this server' },
};
