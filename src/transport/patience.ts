import { ChatError } from '../platform/errors/chat-error.js';

/** Commands of a socket that may be refused for their rate, one after the other. */
const REFUSALS = 500;
/** Seconds for which whoever is sent away is told to stay away. */
const STAY_AWAY_SECONDS = 10;

/** Sends away who goes on although each of their commands is refused for its rate: they don't hear what they are told. */
export class Patience {
  private refusals = 0;

  constructor(private readonly sendAway: (error: ChatError) => void) {}

  /** Notes what a command was answered. */
  note(code: string | undefined): void {
    this.refusals = code === 'rate_limited' ? this.refusals + 1 : 0;
    if (this.refusals !== REFUSALS) return;
    this.sendAway(
      new ChatError('rate_limited', 'rate_limited', 'Too many commands came after the answer was to wait.', {
        retryAfterSeconds: STAY_AWAY_SECONDS,
      }),
    );
  }
}
