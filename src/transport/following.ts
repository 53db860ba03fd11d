import { Logger } from '@nestjs/common';
import { Absence } from '../mailbox/absence.js';
import { type Cursor, type Position, comparePositions, parseCursor } from '../mailbox/cursor.js';
import type { MailboxEvent, WakeUp } from '../mailbox/event.js';
import type { LocalConnection, MailboxListener } from '../mailbox/attachments.js';
import type { Entry } from '../mailbox/mailbox.service.js';
import type { Reference } from '../mailbox/reference.js';
import type { Referenced } from '../offline/hydration.js';
import { PageSize } from '../offline/page-size.js';
import { type Covered, type ReplayPlan, coverageOf, covers } from '../offline/replay-plan.js';
import { ChatError } from '../platform/errors/chat-error.js';
import { toChatError } from '../platform/errors/translate.js';
import type { Principal } from '../platform/http/principal.js';
import { pause } from '../platform/jobs/pause.js';
import { Departures } from './departures.js';
import type { Door } from './door.js';
import type { Sources } from './sources.js';

/** Entries that are read at a time: references, whatever the size of what they refer to. */
const PAGE = 200;
/** Wake-ups, and characters of them, kept while a page is being read; what is beyond is read again from the mailbox. */
const HELD_WAKE_UPS = 100;
const HELD_CHARACTERS = 128 * 1024;

const logger = new Logger('Following');

/**
 * A connection: a cursor that moves over a mailbox. Reads what is after the cursor, writes it, waits for the client to
 * drain, and at the tail sleeps until woken. Replay, a second device, a slow reader, a lost Redis: all of them are
 * this loop, entered at an older cursor. Nothing is queued beyond one page.
 */
export class Following implements MailboxListener {
  readonly connection: LocalConnection;
  /** The mailbox's tail when the connection was registered, or later. */
  private tail: Position = { ms: 0, n: 0 };
  private position: Position = { ms: 0, n: 0 };
  private covered: Map<string, Covered> = new Map();
  private departures: Departures;
  /**
   * Takes what is shown before the loop first comes to the tail: until then it may not know what it has left. And what
   * still counts when the client has drained, as long as that has to be waited for.
   */
  private absence: Absence | undefined;
  private isAttached = false;
  private hasArrived = false;
  private isClosed = false;
  /**
   * Set until the loop has come to the tail, and whenever it runs; otherwise wake-ups are written as they come. They come
   * from the moment of registration, when the door is not open yet: those are read from the mailbox.
   */
  private isReading = true;
  private mustReadAgain = false;
  private held: WakeUp[] = [];
  private heldCharacters = 0;
  private readonly pageSize = new PageSize();
  private wakeUpsWereDropped = false;
  /** Whether wake-ups may come without those before them. */
  private isHeld = false;

  constructor(
    private readonly sources: Sources,
    private readonly principal: Principal,
    connectionId: string,
    /** Where delivery has to start, as long as it has not arrived in the mailbox. */
    private from: Cursor | undefined,
    private readonly door: Door,
  ) {
    this.connection = { userId: principal.userId, connectionId, listener: this };
    this.absence = new Absence(this.connection);
    this.departures = new Departures(principal.userId);
  }

  /** Up to where everything was written. */
  get writtenUpTo(): Position {
    return this.position;
  }

  /** Registers the connection. Throws `connections.too_many`; while Redis is away, `start` goes on trying. */
  async attach(): Promise<void> {
    this.tail = await this.sources.mailbox.attach(this.connection);
    this.isAttached = true;
  }

  /** Begins to deliver; the door hears `ready` first. */
  start(): void {
    void this.read();
  }

  /** Ends delivery; the user counts as connected for so many milliseconds more. */
  async close(lingerMs = 0): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.dropHeld();
    if (this.isAttached) await this.sources.mailbox.detach(this.connection, lingerMs, this.absence);
  }

  wakeUp(wakeUp: WakeUp): void {
    if (this.isClosed) return;
    if (!this.isReading && !this.isHeld) this.writeLive(wakeUp);
    else this.keep(wakeUp);
  }

  hold(): void {
    this.isHeld = true;
  }

  release(): void {
    this.isHeld = false;
    this.refresh();
  }

  refresh(): void {
    if (this.isReading) this.mustReadAgain = true;
    else void this.read();
  }

  dropped(): void {
    this.isAttached = false;
    this.refresh();
  }

  ephemeral(event: MailboxEvent, conversationId?: string): void {
    if (this.isClosed || (this.door.isBlocked && event.about === undefined)) return;
    if (this.door.isBlocked && !this.absence) {
      this.absence = new Absence(this.connection);
      this.refresh();
    }
    if (this.absence) this.absence.ephemeral(event, conversationId);
    else if (conversationId === undefined || !this.departures.hasLeft(conversationId)) this.door.write(event);
  }

  private keep(wakeUp: WakeUp): void {
    if (this.held.length >= HELD_WAKE_UPS || this.heldCharacters >= HELD_CHARACTERS) {
      this.wakeUpsWereDropped = true;
      return;
    }
    this.held.push(wakeUp);
    this.heldCharacters += wakeUp.event?.size ?? 0;
  }

  private dropHeld(): void {
    this.held = [];
    this.heldCharacters = 0;
  }

  private writeLive(wakeUp: WakeUp): void {
    if (this.take(wakeUp) && this.door.isBlocked) void this.read();
    else if (!this.isReading) this.door.caughtUp(this.position);
  }

  /** Writes one wake-up if it is next. False when the loop must run instead. */
  private take({ position, reference, event }: WakeUp): boolean {
    if (comparePositions(position, this.position) <= 0) return true;
    if (this.isWanted(reference)) {
      if (!event) {
        this.refresh();
        return false;
      }
      this.door.write(event);
    }
    this.position = position;
    return true;
  }

  private async read(): Promise<void> {
    this.isReading = true;
    let failures = 0;
    do {
      try {
        await this.advance();
        failures = 0;
      } catch (error) {
        if (error instanceof ChatError && error.code === 'connections.too_many') {
          this.door.refuse(error);
          break;
        }
        failures += 1;
        this.mustReadAgain = true;
        if (toChatError(error).kind === 'internal')
          logger.error({ err: error }, 'delivery failed; it is tried again');
        await pause(failures);
      }
    } while (this.mustReadAgain && !this.isClosed);
    this.isReading = false;
    if (this.isClosed) return;
    const absence = this.absence;
    this.absence = undefined;
    absence?.endWith(this);
    this.door.caughtUp(this.position);
  }

  /** One step: from the position to the tail, or to where the client must drain first. */
  private async advance(): Promise<void> {
    if (!this.isAttached) await this.attach();
    if (this.isClosed) return this.sources.mailbox.detach(this.connection);
    if (!this.hasArrived) await this.arrive();
    await this.door.drained();
    if (this.isClosed) return;
    // From here on every wake-up is held: what comes after the page was read must not be missed.
    this.mustReadAgain = false;
    this.wakeUpsWereDropped = false;
    this.dropHeld();
    const page = await this.sources.mailbox.read(this.connection.userId, this.position, PAGE);
    if (page.kind === 'gap') {
      this.startAnew({ kind: 'mailbox', at: this.position });
      return;
    }
    await this.writePage(page.entries);
    if (this.isClosed) return;
    if (page.entries.length === PAGE) {
      this.mustReadAgain = true;
      return;
    }
    if (comparePositions(page.tail, this.position) > 0) this.position = page.tail;
    this.catchUp();
  }

  private startAnew(from: Cursor): void {
    this.from = from;
    this.hasArrived = false;
    this.mustReadAgain = true;
  }

  /** Brings the connection into its mailbox, with a replay from MySQL before where it takes one. */
  private async arrive(): Promise<void> {
    const { userId, sessionId } = this.principal;
    const { position, plan, cursor, resumed } = await this.sources.arrivals.at(userId, this.from, this.tail);
    if (this.isClosed) return;
    this.departures = new Departures(userId);
    this.door.ready({ userId, sessionId, cursor, resumed });
    if (plan) await this.replay(plan);
    this.position = position;
    this.hasArrived = true;
  }

  /** A replay that breaks off goes on, after whatever broke it, where it stopped. */
  private async replay(plan: ReplayPlan): Promise<void> {
    for await (const events of this.sources.replays.events(this.connection.userId, plan)) {
      for (const event of events) {
        if (this.door.isBlocked) await this.door.drained();
        if (this.isClosed) return;
        this.door.write(event);
      }
      this.from = parseCursor(events.at(-1)?.cursor ?? '');
    }
    this.covered = coverageOf(plan);
  }

  private async writePage(entries: readonly Entry[]): Promise<void> {
    const readable = entries.flatMap(({ position, reference }) =>
      reference ? [{ position, reference }] : [],
    );
    const wanted = readable.filter(({ reference }) => this.isWanted(reference));
    while (wanted.length > 0 && !this.isClosed) await this.writeSome(wanted.splice(0, this.pageSize.current));
    if (this.isClosed) return;
    const last = entries.at(-1);
    if (last && comparePositions(last.position, this.position) > 0) this.position = last.position;
  }

  private async writeSome(entries: readonly Referenced[]): Promise<void> {
    const events = await this.sources.hydration.events(this.connection.userId, entries);
    this.pageSize.learn(events.map(({ event }) => event));
    for (const [i, { position, reference }] of entries.entries()) {
      if (this.door.isBlocked) await this.door.drained();
      if (this.isClosed) return;
      const { event, memberSince } = events[i] ?? {};
      if (event) this.door.write(event);
      this.departures.noteRead(reference, event !== undefined, memberSince);
      this.position = position;
    }
  }

  /** Writes what came while the last page was read. */
  private catchUp(): void {
    if (this.isHeld) return;
    if (this.wakeUpsWereDropped) this.mustReadAgain = true;
    for (const wakeUp of this.held) {
      if (this.mustReadAgain || !this.take(wakeUp)) break;
      if (this.door.isBlocked) this.mustReadAgain = true;
    }
    this.dropHeld();
  }

  private isWanted(reference: Reference): boolean {
    const isAdmitted = this.departures.admits(reference);
    return !this.isCovered(reference) && isAdmitted;
  }

  /** Whether a replay brought the change already. Revs rise in the mailbox: past the replay's, nothing is covered. */
  private isCovered(reference: Reference): boolean {
    const covered = this.covered.get(reference.conversationId);
    if (!covered) return false;
    if (reference.rev > covered.rev) this.covered.delete(reference.conversationId);
    return covers(covered, reference);
  }
}
