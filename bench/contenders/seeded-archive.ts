import { type Connection, createConnection } from 'mysql2/promise';
import { waitUntil } from '../../src/launcher/wait-until.js';
import { wordsFrom } from '../measure/words.js';
import type { Archive, ArchiveSize, Person } from '../subject.js';

type Row = Record<string, unknown>;

const ROWS_AT_ONCE = 1_000;
const MINUTE_MS = 60_000;
/** Each reader has so many messages unread at most. */
const UNREAD = 20;
const INDEXED_WITHIN_MS = 900_000;
const CHARACTERS = 100;
/** More than a message has: each begins elsewhere in the endless text. */
const WORDS_EACH = 61;
const SENT_AT_ONCE = 16;

export interface ArchiveOptions extends Omit<ArchiveSize, 'readers'> {
  readonly databaseUrl: string;
  /** Every other one of them is a member of every other conversation. */
  readonly readers: readonly Person[];
  /** Begins a group of them all, in which something has been said. */
  readonly begin: () => Promise<string>;
  readonly say: (person: Person, conversationId: string) => Promise<void>;
}

/**
 * Fills conversations by the million messages: one message goes through the API, the others are copies of its row.
 * The index of the search makes itself: one more message of each conversation lets it take all before.
 */
export async function seedArchive(options: ArchiveOptions): Promise<Archive> {
  const { readers } = options;
  const template = await options.begin();
  const database = await createConnection({
    uri: options.databaseUrl,
    supportBigNumbers: true,
    bigNumberStrings: true,
    timezone: 'Z',
  });
  try {
    const ids = Array.from(
      { length: options.conversations },
      (_, n) => `${BigInt(template) / 2n + BigInt(n)}`,
    );
    await new Copies(database, template, options).make(ids);
    const next = ids.map((id, n) => ({ id, person: readers[n % 2] as Person }));
    const sayNext = async (): Promise<void> => {
      for (let one = next.pop(); one; one = next.pop()) await options.say(one.person, one.id);
    };
    await Promise.all(Array.from({ length: SENT_AT_ONCE }, sayNext));
    await waitUntil('All is indexed', () => isIndexed(database, ids), { timeoutMs: INDEXED_WITHIN_MS });
    return {
      readers,
      lastSeq: options.messages + 1,
      conversationsOf: readers.map((_, reader) => ids.filter((_id, n) => n % 2 === reader % 2)),
    };
  } finally {
    await database.end();
  }
}

class Copies {
  private readonly startsAt: number;

  constructor(
    private readonly database: Connection,
    private readonly template: string,
    private readonly options: ArchiveOptions,
  ) {
    this.startsAt = Date.now() - options.messages * MINUTE_MS;
  }

  async make(ids: readonly string[]): Promise<void> {
    const { messages, readers } = this.options;
    const changedAt = new Date();
    await this.insertCopies(
      'conversations',
      ids.map((id) => ({ id, memberCount: readers.length / 2 })),
    );
    const head = { lastSeq: messages, rev: messages + 1, changedAt };
    await this.insertCopies(
      'conversation_heads',
      ids.map((conversationId) => ({ conversationId, ...head })),
    );
    await this.insertCopies(
      'members',
      ids.flatMap((conversationId, n) =>
        this.membersOf(n).map(({ id: userId }, i) => {
          const readSeq = Math.max(0, messages - ((n + i) % UNREAD));
          return { conversationId, userId, role: 'member', readSeq, deliveredSeq: messages };
        }),
      ),
    );
    for (const n of [0, 1]) await this.insertCopies('messages', this.messagesOf(ids[n] ?? '', n));
    for (let n = 2; n < ids.length; n += 1) await this.copyMessages(ids[n % 2] ?? '', ids[n] ?? '', n);
    await this.database.query('ANALYZE TABLE conversations, conversation_heads, members, messages');
  }

  private membersOf(conversation: number): Person[] {
    return this.options.readers.filter((_, reader) => reader % 2 === conversation % 2);
  }

  private messagesOf(conversationId: string, conversation: number): Row[] {
    const { messages } = this.options;
    const members = this.membersOf(conversation);
    return Array.from({ length: messages }, (_, i) => ({
      conversationId,
      seq: i + 1,
      id: conversation * messages + i + 1,
      createdRev: i + 2,
      rev: i + 2,
      senderId: members[i % members.length]?.id,
      sendKey: `i:${conversation * messages + i + 1}`,
      text: wordsFrom((conversation * messages + i) * WORDS_EACH, CHARACTERS),
      createdAt: new Date(this.startsAt + i * MINUTE_MS),
    }));
  }

  /** Within the database; those of all conversations lie among each other in time. */
  private async copyMessages(from: string, to: string, conversation: number): Promise<void> {
    const columns = await this.columnsOf('messages');
    const offset = conversation * this.options.messages;
    const changed: Record<string, string> = {
      conversationId: '?',
      id: 'id + ?',
      sendKey: "CONCAT('i:', id + ?)",
      createdAt: 'createdAt + INTERVAL ? MICROSECOND',
    };
    const values: Record<string, unknown> = {
      conversationId: to,
      id: offset,
      sendKey: offset,
      createdAt: ((conversation * 7_919) % MINUTE_MS) * 1000,
    };
    await this.database.query(
      `INSERT INTO messages (??) SELECT ${columns.map((name) => changed[name] ?? `\`${name}\``).join(', ')}
       FROM messages WHERE conversationId = ?`,
      [columns, ...columns.filter((name) => name in changed).map((name) => values[name]), from],
    );
  }

  /** Rows like the template's, but for what is given. */
  private async insertCopies(table: string, rows: readonly Row[]): Promise<void> {
    const key = table === 'conversations' ? 'id' : 'conversationId';
    // That the group was begun is a message too, of another type.
    const last = table === 'messages' ? 'ORDER BY seq DESC' : '';
    const [found] = await this.database.query(`SELECT * FROM ?? WHERE ?? = ? ${last} LIMIT 1`, [
      table,
      key,
      this.template,
    ]);
    const [template = {}] = found as Row[];
    const columns = Object.keys(template);
    for (let i = 0; i < rows.length; i += ROWS_AT_ONCE) {
      const values = rows
        .slice(i, i + ROWS_AT_ONCE)
        .map((row) => columns.map((column) => row[column] ?? template[column]));
      await this.database.query('INSERT INTO ?? (??) VALUES ?', [table, columns, values]);
    }
  }

  private async columnsOf(table: string): Promise<string[]> {
    const [rows] = await this.database.query('SHOW COLUMNS FROM ??', [table]);
    return (rows as { Field: string }[]).map(({ Field }) => Field);
  }
}

async function isIndexed(database: Connection, ids: readonly string[]): Promise<boolean> {
  const [rows] = await database.query(
    `SELECT COUNT(*) AS indexed FROM conversation_heads h JOIN search_positions p ON p.conversationId = h.conversationId
     WHERE h.conversationId IN (?) AND p.seq = h.lastSeq`,
    [ids],
  );
  return Number((rows as { indexed: string }[])[0]?.indexed) === ids.length;
}
