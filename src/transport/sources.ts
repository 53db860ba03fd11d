import { Injectable } from '@nestjs/common';
import { MailboxService } from '../mailbox/mailbox.service.js';
import { Arrivals } from '../offline/arrivals.js';
import { Hydration } from '../offline/hydration.js';
import { Replays } from '../offline/replays.js';

/** What the loop of a connection needs of the modules below. */
@Injectable()
export class Sources {
  constructor(
    readonly mailbox: MailboxService,
    readonly arrivals: Arrivals,
    readonly replays: Replays,
    readonly hydration: Hydration,
  ) {}
}
