import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { ChatError, unavailable } from '../../platform/errors/chat-error.js';

/** Uploads under way on one node: what they hold of its disk and its sockets stays bounded. */
const AT_ONCE = 500;

/** Who has how many uploads under way on this node. */
@Injectable()
export class UploadSlots {
  private readonly taken = new Map<string, number>();
  private total = 0;

  constructor(private readonly config: Config) {}

  /** Throws `file.too_many_uploads`, or `service.unavailable` where all users together have too many. */
  async use<T>(userId: string, upload: () => Promise<T>): Promise<T> {
    const mine = this.taken.get(userId) ?? 0;
    if (mine >= this.config.files.uploadsPerUser)
      throw new ChatError('rate_limited', 'file.too_many_uploads', 'Too many uploads at once.', {
        retryAfterSeconds: 1,
      });
    if (this.total >= AT_ONCE) throw unavailable('This node has too many uploads under way.');
    this.taken.set(userId, mine + 1);
    this.total += 1;
    try {
      return await upload();
    } finally {
      const left = (this.taken.get(userId) ?? 1) - 1;
      if (left > 0) this.taken.set(userId, left);
      else this.taken.delete(userId);
      this.total -= 1;
    }
  }
}
