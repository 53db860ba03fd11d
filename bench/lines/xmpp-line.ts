import { type Socket, connect } from 'node:net';
import { eachText } from '../measure/text.js';
import type { Address, Hear, Line } from '../subject.js';

export interface XmppAccount {
  readonly port: number;
  readonly host: string;
  readonly user: string;
  readonly password: string;
  /** Rooms that it enters, with its name as the nick. */
  readonly rooms: readonly Address[];
  readonly hear: Hear | undefined;
  /** Whether acknowledgements are asked for, of what is sent to a person. */
  readonly isSender: boolean;
}

interface Waiting {
  /** How many stanzas the server has handled by then (XEP-0198). */
  readonly handled: number;
  readonly acknowledged: () => void;
}

interface Question {
  readonly answer: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const decoder = new TextDecoder('latin1');
const ACKNOWLEDGEMENTS = "xmlns='urn:xmpp:sm:3'";
const END = '</stream:stream>';
const TAG = /<(a|r|enabled|message|presence|iq|failure|stream:error)[ >/][^>]*/g;

/**
 * An XMPP client over TCP that reads tags instead of parsing XML, so that the server has the machine. A message to a
 * person is acknowledged by the count of stream management, one to a room by the room's copy with the same id.
 */
export class XmppLine implements Line {
  readonly cursor = '';
  private readonly waiting: Waiting[] = [];
  private readonly inRooms = new Map<string, () => void>();
  private readonly socket: Socket;
  private rest: Buffer = Buffer.alloc(0);
  private question: Question | undefined;
  private sent = 0;
  private calls = 0;
  private received = 0;

  private constructor(private readonly account: XmppAccount) {
    this.socket = connect({ port: account.port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk: Buffer) => this.take(chunk));
    this.socket.on('error', (error) => this.question?.reject(error));
    this.socket.on('close', () => this.question?.reject(new Error('the server closed the connection')));
  }

  static async open(account: XmppAccount): Promise<XmppLine> {
    const line = new XmppLine(account);
    const { user, password, host, rooms, isSender } = account;
    const header = `<stream:stream to='${host}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
    const proof = Buffer.from(`\0${user}\0${password}`).toString('base64');
    await line.ask(header, '</stream:features>');
    await line.ask(
      `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${proof}</auth>`,
      '<success',
    );
    await line.ask(header, '</stream:features>');
    const bind = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
    // The second answer is the presence's own, which the server sends back once messages come here.
    await line.ask(`${bind}<presence/>`, '<presence');
    for (const room of rooms) {
      const entry = `<presence to='${room}/${user}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`;
      await line.ask(entry, "code='110'");
    }
    if (isSender) await line.ask(`<enable ${ACKNOWLEDGEMENTS}/>`, '<enabled');
    return line;
  }

  send(to: Address, text: string, acknowledged: () => void): void {
    this.sent += 1;
    const id = `${this.account.user}.${(this.calls += 1)}`;
    if (this.account.rooms.includes(to)) {
      this.inRooms.set(id, acknowledged);
      this.socket.write(`<message to='${to}' type='groupchat' id='${id}'><body>${text}</body></message>`);
      return;
    }
    this.waiting.push({ handled: this.sent, acknowledged });
    this.socket.write(
      `<message to='${to}' type='chat' id='${id}'><body>${text}</body></message><r ${ACKNOWLEDGEMENTS}/>`,
    );
  }

  async close(): Promise<void> {
    if (this.socket.closed) return;
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.end(END);
    await closed;
  }

  cut(): void {
    this.socket.destroy();
  }

  private ask(text: string, answer: string): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.question = { answer, resolve, reject };
      this.socket.write(text);
    });
  }

  /** Up to the last end of a tag, of which a text has none: so no text and no tag is cut between two chunks. */
  private take(chunk: Buffer): void {
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const end = bytes.lastIndexOf('>') + 1;
    const whole = bytes.subarray(0, end);
    this.rest = bytes.subarray(end);
    if (this.account.hear) eachText(whole, this.account.hear);
    if (this.account.isSender || this.question) this.read(decoder.decode(whole));
  }

  private read(text: string): void {
    for (const [tag, name] of text.matchAll(TAG)) {
      if (name === 'a') this.acknowledge(Number(valueOf(tag, 'h')));
      else if (name === 'r') this.socket.write(`<a ${ACKNOWLEDGEMENTS} h='${this.received}'/>`);
      else if (name === 'enabled') this.received = 0;
      else this.takeStanza(name ?? '', tag);
    }
    if (!this.question || !text.includes(this.question.answer)) return;
    this.question.resolve();
    this.question = undefined;
  }

  private takeStanza(name: string, tag: string): void {
    this.received += 1;
    if (name === 'failure' || name === 'stream:error' || tag.includes("type='error'"))
      throw new Error(`refused: ${tag}`);
    if (this.inRooms.size === 0 || name !== 'message') return;
    const id = valueOf(tag, 'id');
    this.inRooms.get(id)?.();
    this.inRooms.delete(id);
  }

  private acknowledge(handled: number): void {
    while (this.waiting[0] && this.waiting[0].handled <= handled) this.waiting.shift()?.acknowledged();
  }
}

const valueOf = (tag: string, attribute: string): string =>
  new RegExp(` ${attribute}='([^']*)'`).exec(tag)?.[1] ?? '';
