import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { ChatError } from '../platform/errors/chat-error.js';
import { UsersService } from '../users/users.service.js';
import { Passwords } from './passwords/passwords.js';

/** Makes the configured admin if there is no user of that name; of several nodes that start at once, one does. */
@Injectable()
export class FirstAdmin implements OnApplicationBootstrap {
  private readonly logger = new Logger(FirstAdmin.name);

  constructor(
    private readonly users: UsersService,
    private readonly passwords: Passwords,
    private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { adminUsername: username, adminPassword } = this.config.auth;
    if (!username || !adminPassword) return;
    const existing = await this.users.findByUsername(username);
    if (existing) {
      if (existing.role !== 'admin')
        this.logger.warn('ADMIN_USERNAME names a user who is no admin; nothing was changed.');
      return;
    }
    const passwordHash = await this.passwords.hash(adminPassword);
    try {
      await this.users.create({ username, displayName: username, role: 'admin', passwordHash });
    } catch (error) {
      if (!(error instanceof ChatError && error.code === 'user.username_taken')) throw error;
    }
  }
}
