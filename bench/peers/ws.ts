import { type WebSocket, WebSocketServer } from 'ws';

/** Bare WebSockets: the transport's own limit. The first frame names the user; a text is framed once and copied out. */
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
const rooms = new Map<string, Set<WebSocket>>();

server.on('connection', (socket) => {
  let name = '';
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as {
      name: string;
      groups: string[];
      id: number;
      to: string;
      text: string;
    };
    if (name === '') {
      name = frame.name;
      for (const room of [name, ...frame.groups]) join(room, socket);
      socket.send('ok');
      return;
    }
    const copy = Buffer.from(JSON.stringify({ from: name, text: frame.text }));
    for (const member of rooms.get(frame.to) ?? []) member.send(copy, { binary: false });
    socket.send(`a${frame.id}`);
  });
});

function join(room: string, socket: WebSocket): void {
  const members = rooms.get(room) ?? new Set();
  rooms.set(room, members.add(socket));
  socket.on('close', () => members.delete(socket));
}

server.on('listening', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : 0);
});
