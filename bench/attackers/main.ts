// Forked by the workload `hostile`: attacks a server until it is killed. Its own process, so that it slows nobody's clock.
import { type Socket, connect } from 'node:net';
import { WebSocket } from 'ws';
import type { Person } from '../subject.js';

export const attacks = [
  'silent streams',
  'half handshakes',
  'commands',
  'connections',
  'large frames',
] as const;
export type Attack = (typeof attacks)[number];

export interface Target {
  readonly attack: Attack;
  readonly url: string;
  /** In whose name it is attacked. */
  readonly people: readonly Person[];
}

const MANY = 1_000;
const PER_PERSON = 20;
const MIB = 1024 * 1024;

const handshake =
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Up';
const streamOf = ({ token }: Person): string =>
  `GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;

const attackers: Record<Attack, (target: Target) => void> = {
  /** As many streams as these may have, of which nothing is read; one of them sends the others as much as it may. */
  'silent streams': (target) => {
    const { people } = target;
    for (let i = 0; i < MANY; i += 1)
      raw(target, streamOf(people[Math.floor(i / PER_PERSON) % people.length] as Person)).pause();
    open(target, people[0] as Person, (socket) => {
      setInterval(() => {
        for (const { id } of people.slice(1))
          socket.send(`420["message.send",${JSON.stringify({ to: id, text: 'x'.repeat(12_000) })}]`);
      }, 1_000);
    });
  },
  'half handshakes': (target) => {
    for (let i = 0; i < MANY; i += 1) raw(target, handshake);
  },
  /** As many as the socket takes; and again where it was dropped. */
  commands: function flood(target) {
    const socket = open(target, target.people[0] as Person, () => {
      const more = setInterval(() => {
        for (let i = 0; socket.bufferedAmount < MIB && i < 2_000; i += 1)
          socket.send('420["conversation.read",{"conversationId":"1","seq":1}]');
      }, 10);
      socket.on('close', () => clearInterval(more));
    });
    socket.on('close', () => setTimeout(flood, 100, target));
  },
  /** Opened, and left at once: ten at a time, as fast as they come. */
  connections: (target) => {
    const again = (): void => {
      const socket = open(target, target.people[0] as Person, () => socket.terminate());
      socket.on('close', () => setTimeout(again, 1));
    };
    for (let i = 0; i < 10; i += 1) again();
  },
  'large frames': (target) => {
    const frame = Buffer.alloc(MIB, '4');
    const again = (): void => {
      const socket = open(target, target.people[0] as Person, () => socket.send(frame, { binary: false }));
      socket.on('close', () => setTimeout(again, 1));
    };
    for (let i = 0; i < 10; i += 1) again();
  },
};

function raw({ url }: Target, opening: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => socket.destroy());
  socket.write(opening);
  return socket;
}

/** A Socket.IO connection; whatever it is answered to its handshake, it goes on. */
function open({ url }: Target, { token }: Person, whenAnswered: (socket: WebSocket) => void): WebSocket {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  socket.on('error', () => socket.terminate());
  socket.once('message', () => {
    socket.send(`40${JSON.stringify({ token })}`);
    socket.once('message', () => whenAnswered(socket));
  });
  return socket;
}

process.on('message', (target: Target) => {
  attackers[target.attack](target);
  process.send?.('begun');
});
process.on('disconnect', () => process.exit());
