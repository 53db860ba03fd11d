/** A process that belongs to a server under measurement. */
export interface ServerProcess {
  readonly name: string;
  readonly pid: number;
}

/** Somebody who can connect. */
export interface Person {
  readonly id: string;
  readonly token: string;
}

/** Where messages go: a pair or a group, in the words of the server. */
export type Address = string;

/** Hears of each message that a connection is delivered: which stream of messages, and its number there. */
export type Hear = (stream: number, n: number) => void;

/** One connection that only reads. */
export interface Ear {
  /** Goes on with the next connection where this one stopped; empty where the server knows no such thing. */
  readonly cursor: string;
  /** Resolves when the server knows that the connection is gone, or as soon as that can be believed. */
  close(): Promise<void>;
  /** Breaks off without a word. */
  cut(): void;
}

/** One connection that sends too. */
export interface Line extends Ear {
  /** Calls back once the server has acknowledged; never when it refuses, which fails the run instead. */
  send(to: Address, text: string, acknowledged: () => void): void;
}

/** Somebody who tells many something at once. */
export interface Announcer {
  /** Resolves when the server has acknowledged it. */
  say(text: string): Promise<void>;
  /** Takes back what is kept for those who come later. */
  close(): Promise<void>;
}

export interface ArchiveSize {
  readonly conversations: number;
  /** In each of them. */
  readonly messages: number;
  /** An even number of users, all of whom are members of the same half of the conversations as every other one. */
  readonly readers: number;
}

/** Conversations with long histories, and those who read them. */
export interface Archive {
  readonly readers: readonly Person[];
  /** By reader. */
  readonly conversationsOf: readonly (readonly Address[])[];
  /** Of each conversation. */
  readonly lastSeq: number;
}

/** A server under measurement, with all that belongs to it. */
export interface Subject {
  readonly processes: readonly ServerProcess[];
  /** Base address of its HTTP interface. */
  readonly url: string;
  /** So many users, none of whom was given out before. */
  people(count: number): Promise<readonly Person[]>;
  pair(from: Person, to: Person): Promise<Address>;
  /** The first one sends. */
  group(members: readonly Person[]): Promise<Address>;
  /** For all of these, to be asked for before they connect; nobody else is connected. */
  announcer(everybody: readonly Person[]): Promise<Announcer>;
  /** Resolves when the connection is authenticated and at its mailbox's tail, or as near as the server knows. */
  connect(person: Person, hear?: Hear, cursor?: string): Promise<Line>;
  /** Likewise a reader, through the door that is measured. */
  listen(person: Person, hear?: Hear, cursor?: string): Promise<Ear>;
  /** Where histories are kept. Resolves when they can be read and searched. */
  archive?(size: ArchiveSize): Promise<Archive>;
  stop(): Promise<void>;
}
