import type { MailboxEvent } from '../mailbox/event.js';

/** Characters of events that one page should hold: what a reader that stops costs is a few such pages. */
const PAGE_CHARACTERS = 128 * 1024;
const FIRST_PAGE = 20;
const LARGEST_PAGE = 200;

/** How many events to fetch at a time: few at first, then as many as fit by the size of those before. */
export class PageSize {
  private size = FIRST_PAGE;

  get current(): number {
    return this.size;
  }

  learn(events: readonly (MailboxEvent | undefined)[]): void {
    const characters = events.reduce((sum, event) => sum + (event?.json.length ?? 0), 0);
    if (characters === 0) return;
    const fitting = Math.floor((PAGE_CHARACTERS * events.length) / characters);
    this.size = Math.max(1, Math.min(fitting, 2 * this.size, LARGEST_PAGE));
  }
}
