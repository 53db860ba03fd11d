import type { Device } from '../../../src/mailbox/devices.js';
import type { Due } from '../../../src/mailbox/presence-looks.js';
import type { Whereabout } from '../../../src/mailbox/whereabouts.js';
import { type StoredPresence, unspokenOf } from '../../../src/presence/presence-rules.js';

export const NOW = new Date('2026-11-25T12:00:00.000Z');
export const EARLIER = new Date('2026-11-25T11:00:00.000Z');
export const LATER = new Date('2026-11-25T13:00:00.000Z');

export const active: Device = { door: 'socket.io', isIdle: false };
export const idle: Device = { door: 'sse', isIdle: true };

export const aPresence = (overrides: Partial<StoredPresence> = {}): StoredPresence => ({
  ...unspokenOf('1'),
  ...overrides,
});

export const aWhereabout = (overrides: Partial<Whereabout> = {}): Whereabout => ({
  devices: [],
  nodes: [],
  isLeaving: false,
  leftMs: undefined,
  ...overrides,
});

export const aDue = (overrides: Partial<Due> = {}): Due => ({
  ...aWhereabout(),
  userId: '1',
  upTo: '5',
  told: undefined,
  nowMs: NOW.getTime(),
  ...overrides,
});
