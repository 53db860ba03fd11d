import { randomBytes } from 'node:crypto';
import { dialect } from '../contenders/mailroom.js';
import { SocketIoLine } from '../lines/socket-io-line.js';
import type { Tally } from '../measure/tally.js';

/** Registrations at a time: each costs the server a password hash. */
const AT_ONCE = 4;
const CONNECTED_AT_ONCE = 32;

interface Account {
  readonly id: string;
  readonly token: string;
}

/** Two connected users of an installation; one of them sends to the other. */
export interface LoadPair {
  readonly from: SocketIoLine;
  readonly to: SocketIoLine;
  readonly conversationId: string;
}

/** Makes users through the public API alone, pairs them and connects them. */
export class Crowd {
  private readonly name = `load-${randomBytes(4).toString('hex')}`;
  private readonly password = randomBytes(12).toString('hex');

  /** When the first of the tokens ends, and with it its connection. */
  private tokensEndAt = Infinity;

  constructor(private readonly url: string) {}

  /** Seconds for which all connections stand. */
  get secondsLeft(): number {
    return (this.tokensEndAt - performance.now()) / 1000;
  }

  async pairs(count: number, tally: Tally, progress: (done: string) => void): Promise<LoadPair[]> {
    const accounts = await inTurns(
      2 * count,
      AT_ONCE,
      (i) => this.register(i),
      (n) => progress(`${n} registered`),
    );
    return inTurns(
      count,
      CONNECTED_AT_ONCE,
      (i) => this.connect(accounts[2 * i] as Account, accounts[2 * i + 1] as Account, tally.inbox(i)),
      (n) => progress(`${n} pairs connected`),
    );
  }

  private async register(i: number): Promise<Account> {
    const account = { username: `${this.name}-${i}`, password: this.password };
    const answer = await this.post<{ user: { id: string }; accessToken: string; expiresIn: number }>(
      '/v1/auth/register',
      account,
    );
    this.tokensEndAt = Math.min(this.tokensEndAt, performance.now() + answer.expiresIn * 1000);
    return { id: answer.user.id, token: answer.accessToken };
  }

  private async connect(sender: Account, reader: Account, inbox: (n: number) => void): Promise<LoadPair> {
    const body = { type: 'direct', userId: reader.id };
    const { conversation } = await this.post<{ conversation: { id: string } }>(
      '/v1/conversations',
      body,
      sender.token,
    );
    const [from, to] = await Promise.all([
      SocketIoLine.open(this.url, { token: sender.token }, dialect),
      SocketIoLine.open(this.url, { token: reader.token }, dialect, (_, n) => inbox(n)),
    ]);
    return { from, to, conversationId: conversation.id };
  }

  private async post<T>(path: string, body: object, token?: string): Promise<T> {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    if (response.ok) return (await response.json()) as T;
    const advice = response.status === 429 ? ' Start the server with RATE_LIMITS=off to measure it.' : '';
    throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}${advice}`);
  }
}

/** So many of a kind, some at a time, in their order. */
async function inTurns<T>(
  count: number,
  atOnce: number,
  make: (i: number) => Promise<T>,
  made: (n: number) => void,
): Promise<T[]> {
  const all: T[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) {
      all[i] = await make(i);
      made((done += 1));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return all;
}
