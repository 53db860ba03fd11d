import { Injectable, Logger } from '@nestjs/common';
import type { z } from 'zod';
import { presenceSchema } from '../presence/presence.dto.js';
import { Presences } from '../presence/presences.js';

export const contactPresenceSchema = presenceSchema
  .pick({ status: true, statusText: true, lastSeenAt: true, devices: true })
  .meta({ id: 'ContactPresence' });
export type ContactPresence = z.infer<typeof contactPresenceSchema>;

const offline: ContactPresence = { status: 'offline', statusText: null, lastSeenAt: null, devices: [] };

/** Who is there, of those in a list. */
@Injectable()
export class ContactPresences {
  private readonly logger = new Logger(ContactPresences.name);

  constructor(private readonly presences: Presences) {}

  /** One for each user, in their order, as the viewer may see it; while it is not known, offline. Never throws. */
  async of(viewerId: string, userIds: readonly string[]): Promise<ContactPresence[]> {
    try {
      const seen = await this.presences.ofKnown(viewerId, userIds);
      return seen.map(({ status, statusText, lastSeenAt, devices }) => ({
        status,
        statusText,
        lastSeenAt,
        devices,
      }));
    } catch (error) {
      this.logger.debug(`presences not known: ${String(error)}`);
      return userIds.map(() => offline);
    }
  }
}
