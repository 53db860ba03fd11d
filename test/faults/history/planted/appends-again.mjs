// The script takes whatever it is given as the next, also what it has appended before.
import { createHash } from 'node:crypto';
import { Script } from '../../../../dist/platform/redis/script.js';
import { replace } from './replace.mjs';

const RULE = "local known = math.max(tonumber(redis.call('GET', key) or '-1'), settled)";
replace(
  Script,
  'run',
  (original) =>
    async function run(redis, key, args) {
      if (this.source.includes(RULE)) {
        this.source = this.source.replace(RULE, 'local known = first - 1');
        this.sha = createHash('sha1').update(this.source).digest('hex');
      }
      return original.call(this, redis, key, args);
    },
);
