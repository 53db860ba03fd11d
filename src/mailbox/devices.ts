const doors = { ws: 'socket.io', sse: 'sse', poll: 'poll' } as const;
export type DoorKind = keyof typeof doors;
export const doorNames = Object.values(doors);

/** One device of a user, as its connection says. */
export interface Device {
  readonly door: (typeof doorNames)[number];
  /** Nobody is at it. */
  readonly isIdle: boolean;
}

/** A connection's id says by which door and with which login it came. */
export const connectionIdOf = (door: DoorKind, sessionId: string, own: string): string =>
  `${door}.${sessionId}.${own}`;

/**
 * The devices among a user's fields in Redis: `c:<connection>` for each connection, `i:<connection or session>` where its
 * client, or its session, has said whether somebody is there; the connection's own word counts first. All polls of a
 * session are one device, whichever nodes they come to.
 */
export function devicesIn(fields: Readonly<Record<string, string>>): Device[] {
  const devices = new Map<string, Device>();
  for (const field of Object.keys(fields)) {
    if (!field.startsWith('c:')) continue;
    const id = field.slice(2);
    const [kind = '', sessionId = ''] = id.split('.', 2);
    const door = Object.hasOwn(doors, kind) ? doors[kind as DoorKind] : 'socket.io';
    const isIdle = (fields[`i:${id}`] ?? fields[`i:${sessionId}`]) === '1';
    const key = door === 'poll' ? sessionId : id;
    devices.set(key, { door, isIdle: isIdle && (devices.get(key)?.isIdle ?? true) });
  }
  return [...devices.values()];
}
