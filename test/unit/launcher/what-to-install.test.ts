import { expect, it } from 'vitest';
import { whatToInstall } from '../../../src/launcher/what-to-install.js';

it('names the programs, the packages and the variables of all that is missing', () => {
  const text = whatToInstall({ database: true, redis: true });
  expect(text).toMatch(/MariaDB 10\.11/);
  expect(text).toMatch(/Redis 7/);
  expect(text).toContain('apt-get install mariadb-server-core mariadb-client-core redis-tools');
  expect(text).toContain('set DATABASE_URL and REDIS_URL');
});

it('leaves out what is there', () => {
  const text = whatToInstall({ database: false, redis: true });
  expect(text).not.toMatch(/maria|mysql|DATABASE/i);
  expect(text).toContain('apt-get install redis-tools');
});
