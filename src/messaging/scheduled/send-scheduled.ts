import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { FileAccess } from '../../files/file-access.js';
import { ChatError } from '../../platform/errors/chat-error.js';
import type { Principal } from '../../platform/http/principal.js';
import { every } from '../../platform/jobs/every.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import { UsersService } from '../../users/users.service.js';
import type { SendMessage as SendMessageInput } from '../messages.dto.js';
import { SendMessage } from '../send-message.js';
import type { ScheduledMessage } from './scheduled-message.entity.js';
import { ScheduledMessagesStore } from './scheduled-messages.store.js';
import { failureOf } from './scheduled-rules.js';

const PURPOSE = 'scheduled-messages';
/** Milliseconds between two looks at what is due: the most that one is late when its job was lost with Redis. */
const SWEEP_MS = 2_000;
const SWEPT = 50;
/** Milliseconds for which attachments outlive the time of sending, so that a refused message can be sent later. */
const FILES_KEPT_MS = 24 * 3_600_000;

/**
 * Sends scheduled messages when they are due. A job brings each of them to one node; what no job brings, the sweep of
 * any node finds. Whoever comes first claims it, and it is sent under a key of its own: begun twice, it is stored once.
 */
@Injectable()
export class SendScheduled implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stopSweeping: (() => void) | undefined;
  private isLeaving = false;
  private readonly logger = new Logger(SendScheduled.name);

  constructor(
    private readonly store: ScheduledMessagesStore,
    private readonly sendMessage: SendMessage,
    private readonly users: UsersService,
    private readonly jobs: Jobs,
    private readonly files: FileAccess,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.take(PURPOSE, (id) => this.send(id));
    this.stopSweeping = every(SWEEP_MS, this.logger, 'scheduled messages not swept', () => this.sweep());
  }

  beforeApplicationShutdown(): void {
    this.isLeaving = true;
    this.stopSweeping?.();
  }

  /** Sees to it that it can be sent when it is due: in time, and with its attachments. */
  async prepare({ id, sendAt, message }: Pick<ScheduledMessage, 'id' | 'sendAt' | 'message'>): Promise<void> {
    this.jobs.plan(PURPOSE, id, sendAt);
    await this.files.keepUntil(
      inputOf(message).attachments ?? [],
      new Date(sendAt.getTime() + FILES_KEPT_MS),
    );
  }

  private async sweep(): Promise<void> {
    let due: string[];
    do {
      due = await this.store.findDue(SWEPT);
      if (due.length > 0) await this.store.forget(due);
      await Promise.all(due.map((id) => this.send(id)));
    } while (due.length === SWEPT && !this.isLeaving);
  }

  /** Sends what is due and nobody else is sending; otherwise does nothing. */
  private async send(id: string): Promise<void> {
    const claimed = await this.store.claim(id);
    if (!claimed) return;
    try {
      const sender = await this.senderOf(claimed);
      const input = inputOf(claimed.message);
      const sent = await this.sendMessage.into(sender, claimed.conversationId, input, `scheduled:${id}`);
      await this.store.sent(id, sent.message.seq);
    } catch (error) {
      const failure = failureOf(error, claimed.attempts);
      this.logger.debug(`scheduled message ${id}: ${String(error)}`);
      if (failure.kind === 'refused') await this.store.refused(id, failure.problem);
      else await this.store.retryAfter(id, failure.afterMs);
    }
  }

  /** As the user is now. Throws `auth.not_allowed` for one who may not do anything any more. */
  private async senderOf({ userId, id }: ScheduledMessage): Promise<Principal> {
    const user = await this.users.findById(userId);
    if (!user || user.disabledAt)
      throw new ChatError('forbidden', 'auth.not_allowed', 'The user may not send any more.');
    return { userId, sessionId: id, role: user.role, expiresAt: Number.MAX_SAFE_INTEGER, via: 'access' };
  }
}

/** As it was validated when it came. */
const inputOf = (message: string | null): SendMessageInput => JSON.parse(message ?? '{}') as SendMessageInput;
