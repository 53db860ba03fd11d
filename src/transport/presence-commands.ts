import { Injectable } from '@nestjs/common';
import { ChangePresence } from '../presence/change-presence.js';
import { PresenceSubscriptions } from '../presence/presence-subscriptions.js';
import {
  presenceListSchema,
  presenceResponseSchema,
  setPresenceSchema,
  subscriptionSchema,
} from '../presence/presence.dto.js';
import { type Command, type Commander, command, nothing } from './command.js';

/** What a client says of its user and its device, and whom it watches. */
@Injectable()
export class PresenceCommands {
  readonly table: Readonly<Record<string, Command>>;

  constructor(
    change: ChangePresence,
    private readonly subscriptions: PresenceSubscriptions,
  ) {
    this.table = {
      'presence.set': command({
        description: 'Says how I am; `away` is said of this connection’s device.',
        input: setPresenceSchema,
        output: presenceResponseSchema,
        run: async ({ principal, following }, input) => ({
          presence: await change.to(principal, input, following.connection),
        }),
      }),
      'presence.subscribe': command({
        description: 'Has this connection told of these users too; answers how they are now.',
        input: subscriptionSchema,
        output: presenceListSchema,
        run: async ({ principal, following }, { userIds }) => ({
          items: await this.subscriptions.subscribe(principal, following.connection, userIds),
        }),
      }),
      'presence.unsubscribe': command({
        description: 'Has this connection told of these users no more, unless by a direct conversation.',
        input: subscriptionSchema,
        output: nothing,
        run: ({ following }, { userIds }) => {
          this.subscriptions.unsubscribe(following.connection, userIds);
          return Promise.resolve({});
        },
      }),
    };
  }

  /** Whom a connection watches it watches no more. */
  end({ following }: Commander): void {
    this.subscriptions.end(following.connection);
  }
}
