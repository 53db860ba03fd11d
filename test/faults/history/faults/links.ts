import { setTimeout as delay } from 'node:timers/promises';
import type { TcpProxy, Tricks } from '../../../support/tcp-proxy.js';
import { type Fault, type Strike, onNode } from './fault.js';

type LinkName = 'clients' | 'mysql' | 'redis';

const link = ({ node }: Strike, name: LinkName): TcpProxy => node.links[name];

const lasting = (name: LinkName, tricks: Tricks): Fault =>
  onNode(async (strike) => {
    link(strike, name).play(tricks);
    await delay(strike.holdMs);
    link(strike, name).heal();
  });

const once = (name: LinkName, work: (proxy: TcpProxy) => void): Fault =>
  onNode(async (strike) => work(link(strike, name)));

const ofLink = <N extends LinkName>(name: N, words: string): Record<string, Fault> => ({
  [`${words} delayed`]: lasting(name, { delayMs: 150 }),
  [`${words} slow`]: lasting(name, { bytesPerSecond: 60_000 }),
  [`${words} in pieces`]: lasting(name, { pieces: 7 }),
  [`${words} lost on the way up`]: lasting(name, { drops: 'up' }),
  [`${words} lost on the way down`]: lasting(name, { drops: 'down' }),
  [`${words} reset`]: once(name, (proxy) => proxy.reset()),
  [`${words} half closed by the client`]: once(name, (proxy) => proxy.halfClose('up')),
  [`${words} half closed by the server`]: once(name, (proxy) => proxy.halfClose('down')),
});

/** What a network does, on each link of a node. */
export const linkFaults: Record<string, Fault> = {
  ...ofLink('clients', 'clients’ link'),
  ...ofLink('mysql', 'link to MySQL'),
  ...ofLink('redis', 'link to Redis'),
};
