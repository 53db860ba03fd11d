import { ChatError } from '../platform/errors/chat-error.js';

/** Commands of a socket that may be refused for their rate, one after the other. */
const REFUSALS = 500;
/** After so many refusals in a row a socket is left unread for a while: so it hears no more of them than 100 a second. */
const REFUSALS_AT_ONCE = 20;
const PAUSE_MS = 200;
/** Seconds for which whoever is sent away is told to stay away. */
const STAY_AWAY_SECONDS = 10;

/** What can be done about a socket that does not heed what it is told. */
export interface Unheeded {
  /** Nothing is read of it until the returned function is called. */
  stopReading(): () => void;
  sendAway(error: ChatError): void;
}

/**
 * Slows down who goes on although each of their commands is refused for its rate, and then sends them away. What they send
 * waits on their side: a refusal costs the server nearly what a command does.
 */
export class Patience {
  private refusals = 0;
  private isPausing = false;

  constructor(private readonly socket: Unheeded) {}

  /** Notes what a command was answered. */
  note(code: string | undefined): void {
    this.refusals = code === 'rate_limited' ? this.refusals + 1 : 0;
    if (this.refusals === REFUSALS) {
      this.socket.sendAway(
        new ChatError(
          'rate_limited',
          'rate_limited',
          'Too many commands came after the answer was to wait.',
          {
            retryAfterSeconds: STAY_AWAY_SECONDS,
          },
        ),
      );
    } else if (this.refusals >= REFUSALS_AT_ONCE && this.refusals % REFUSALS_AT_ONCE === 0) this.pause();
  }

  private pause(): void {
    if (this.isPausing) return;
    this.isPausing = true;
    const readOn = this.socket.stopReading();
    setTimeout(() => {
      this.isPausing = false;
      readOn();
    }, PAUSE_MS).unref();
  }
}
