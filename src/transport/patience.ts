import { ChatError } from '../platform/errors/chat-error.js';

/** Commands of a socket that may be refused for their rate, one after the other. */
const REFUSALS = 500;
/** After so many refusals in a row nothing is done for a socket for a while: so it hears no more of them than 100 a second. */
const REFUSALS_AT_ONCE = 20;
const REST_MS = 200;
/** Seconds for which whoever is sent away is told to stay away. */
const STAY_AWAY_SECONDS = 10;

/** What can be done about a socket that does not heed what it is told. */
export interface Unheeded {
  /** Nothing more is begun for so many milliseconds. */
  rest(ms: number): void;
  sendAway(error: ChatError): void;
}

/**
 * Slows down who goes on although each of their commands is refused for its rate, and then sends them away. What they send
 * waits on their side: a refusal costs the server nearly what a command does.
 */
export class Patience {
  private refusals = 0;

  constructor(private readonly socket: Unheeded) {}

  /** A command was not refused for its rate. */
  heeded(): void {
    this.refusals = 0;
  }

  /** One was. */
  refused(): void {
    this.refusals += 1;
    if (this.refusals === REFUSALS) this.socket.sendAway(tooMany());
    else if (this.refusals % REFUSALS_AT_ONCE === 0) this.socket.rest(REST_MS);
  }
}

const tooMany = (): ChatError =>
  new ChatError('rate_limited', 'rate_limited', 'Too many commands came after the answer was to wait.', {
    retryAfterSeconds: STAY_AWAY_SECONDS,
  });
