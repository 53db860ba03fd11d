import { type KeyObject, createPrivateKey, randomBytes, sign } from 'node:crypto';
import { type Connection, createConnection } from 'mysql2/promise';
import type { Person } from '../subject.js';

type Row = Record<string, unknown>;

const ROWS_AT_ONCE = 1_000;

/**
 * Makes users who are logged in, by the thousand: one of them registers through the API, the others are copies of
 * its rows. Registering each would measure Argon2 for minutes before the measurement begins.
 */
export class SeededUsers {
  private made = 0;

  private constructor(
    private readonly database: Connection,
    private readonly user: Row,
    private readonly session: Row,
    private readonly token: { readonly head: string; readonly claims: Row; readonly key: KeyObject },
  ) {}

  static async from(url: string, databaseUrl: string): Promise<SeededUsers> {
    const account = { username: 'first', displayName: 'First', password: randomBytes(12).toString('hex') };
    const response = await fetch(`${url}/v1/auth/register`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(account),
    });
    const { accessToken } = (await response.json()) as { accessToken: string };
    const [head = '', claims = ''] = accessToken.split('.');
    const { kid } = decode(head) as { kid: string };
    const { sub, sid, ...others } = decode(claims);
    const database = await createConnection({
      uri: databaseUrl,
      supportBigNumbers: true,
      bigNumberStrings: true,
      timezone: 'Z',
    });
    const one = async (sql: string, value: unknown): Promise<Row> => {
      const [rows] = await database.query(sql, [value]);
      return (rows as Row[])[0] ?? {};
    };
    const { privateJwk } = await one('SELECT privateJwk FROM signing_keys WHERE kid = ?', kid);
    const key = createPrivateKey({ key: JSON.parse(String(privateJwk)) as Row, format: 'jwk' });
    return new SeededUsers(
      database,
      await one('SELECT * FROM users WHERE id = ?', sub),
      await one('SELECT * FROM auth_sessions WHERE id = ?', sid),
      { head, claims: { ...others, exp: Math.floor(Date.now() / 1000) + 86_400 }, key },
    );
  }

  async make(count: number): Promise<readonly Person[]> {
    const first = this.made + 1;
    this.made += count;
    const numbers = Array.from({ length: count }, (_, i) => first + i);
    for (let i = 0; i < count; i += ROWS_AT_ONCE) {
      const some = numbers.slice(i, i + ROWS_AT_ONCE);
      await this.insert(
        'users',
        some.map((n) => ({ ...this.user, id: idOf(this.user.id, n), username: `u${n}` })),
      );
      await this.insert(
        'auth_sessions',
        some.map((n) => ({ ...this.session, id: idOf(this.session.id, n), userId: idOf(this.user.id, n) })),
      );
    }
    return numbers.map((n) => this.person(n));
  }

  /** One who may tell everybody something. */
  async admin(): Promise<Person> {
    const [admin] = await this.make(1);
    if (!admin) throw new Error('nobody was made');
    await this.database.query("UPDATE users SET role = 'admin' WHERE id = ?", [admin.id]);
    return admin;
  }

  async close(): Promise<void> {
    await this.database.end();
  }

  private person(n: number): Person {
    const id = idOf(this.user.id, n);
    const claims = encode({
      ...this.token.claims,
      sub: id,
      sid: idOf(this.session.id, n),
      jti: `bench-${n}`,
    });
    const signed = `${this.token.head}.${claims}`;
    return {
      id,
      token: `${signed}.${sign(null, Buffer.from(signed), this.token.key).toString('base64url')}`,
    };
  }

  private async insert(table: string, rows: readonly Row[]): Promise<void> {
    const columns = Object.keys(rows[0] ?? {});
    await this.database.query('INSERT INTO ?? (??) VALUES ?', [
      table,
      columns,
      rows.map((row) => columns.map((column) => row[column])),
    ]);
  }
}

/** Ids of the copies lie far below those that nodes give out now. */
const idOf = (template: unknown, n: number): string => (BigInt(String(template)) / 2n + BigInt(n)).toString();

const decode = (part: string): Row => JSON.parse(Buffer.from(part, 'base64url').toString()) as Row;
const encode = (value: Row): string => Buffer.from(JSON.stringify(value)).toString('base64url');
