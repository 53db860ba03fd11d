import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { endChild } from '../../src/launcher/child-process.js';
import { anyFreePort } from '../../src/launcher/free-port.js';
import { XmppLine } from '../lines/xmpp-line.js';
import type { Hear, Person, Subject } from '../subject.js';
import { type Ports, ejabberdConfiguration } from './ejabberd-configuration.js';
import { findEjabberd, processesOf, startEjabberdServer } from './ejabberd-server.js';
import { startStores } from './stores.js';

const HOST = 'localhost';
const ROWS_AT_ONCE = 1_000;

/** Debian's ejabberd, with a MariaDB that holds its users, its archive and what waits for those who are away. */
export async function startEjabberd(): Promise<Subject> {
  const installation = findEjabberd();
  if (!installation) throw new Error('ejabberd is not installed');
  const ports: Ports = { clients: await anyFreePort('127.0.0.1'), database: await anyFreePort('127.0.0.1') };
  const stores = await startStores({ database: true, redis: false, databasePort: ports.database });
  const database = await createConnection({ uri: stores.databaseUrl, multipleStatements: true });
  const password = randomBytes(16).toString('hex');
  await prepare(database, installation.schema, password);
  const directory = mkdtempSync(join(tmpdir(), 'mailroom-bench-'));
  const configuration = ejabberdConfiguration(HOST, ports, password);
  const child = await startEjabberdServer({ installation, directory, configuration });
  const users = new Users(database);
  const rooms = new Rooms();
  const open = (person: Person, hear: Hear | undefined, isSender: boolean): Promise<XmppLine> => {
    const { id: user, token: secret } = person;
    const account = { port: ports.clients, host: HOST, user, password: secret, rooms: rooms.of(person) };
    return XmppLine.open({ ...account, hear, isSender });
  };
  return {
    processes: [...processesOf(child.pid).map((pid) => ({ name: 'ejabberd', pid })), ...stores.processes],
    url: '',
    people: (count) => users.make(count),
    pair: async (_from, to) => `${to.id}@${HOST}`,
    group: async (members) => rooms.begin(members),
    announcer: async (everybody) => {
      const [herald] = (await users.make(1)) as [Person];
      const room = rooms.begin([herald, ...everybody]);
      const line = await open(herald, undefined, true);
      return {
        say: (text) => new Promise((done) => line.send(room, text, done)),
        close: () => line.close(),
      };
    },
    connect: (person, hear) => open(person, hear, true),
    listen: (person, hear) => open(person, hear, false),
    stop: async () => {
      await database.end();
      await endChild(child, 20_000);
      await stores.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Its tables, and its own user in the database. */
async function prepare(database: Connection, schema: string, password: string): Promise<void> {
  // The archive's full-text index takes MariaDB's time, and no workload that it takes part in searches.
  await database.query(schema.replace(/^CREATE FULLTEXT INDEX .*;$/m, ''));
  await database.query("CREATE USER 'ejabberd'@'127.0.0.1' IDENTIFIED BY ?", [password]);
  await database.query("GRANT ALL ON mailroom.* TO 'ejabberd'@'127.0.0.1'");
}

/** Rows with passwords, as its own registration makes them one by one. */
class Users {
  private made = 0;

  constructor(private readonly database: Connection) {}

  async make(count: number): Promise<Person[]> {
    const people = Array.from({ length: count }, () => ({ id: `u${(this.made += 1)}`, token: 'secret' }));
    for (let i = 0; i < count; i += ROWS_AT_ONCE) {
      const rows = people.slice(i, i + ROWS_AT_ONCE).map(({ id, token }) => [id, token]);
      await this.database.query('INSERT INTO users (username, password) VALUES ?', [rows]);
    }
    return people;
  }
}

/** A room begins when its first member enters it, and ends when the last one leaves. */
class Rooms {
  private readonly byMember = new Map<string, string[]>();
  private begun = 0;

  begin(members: readonly Person[]): string {
    const room = `g${(this.begun += 1)}@conference.${HOST}`;
    for (const member of members) this.byMember.set(member.id, [...this.of(member), room]);
    return room;
  }

  of({ id }: Person): readonly string[] {
    return this.byMember.get(id) ?? [];
  }
}
