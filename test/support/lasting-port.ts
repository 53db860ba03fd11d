import { randomInt } from 'node:crypto';
import { isFree } from '../../src/launcher/free-port.js';

/**
 * A free port that stays one's own while its server is down: below those that the system gives to whoever asks for any
 * (32,768 and above on Linux), so that no other socket of a busy test takes it meanwhile.
 */
export async function lastingPort(): Promise<number> {
  let port: number;
  do port = randomInt(10_240, 32_768);
  while (!(await isFree(port, '127.0.0.1')));
  return port;
}
