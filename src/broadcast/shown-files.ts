import { Injectable, type OnModuleInit } from '@nestjs/common';
import { FileAccess } from '../files/file-access.js';
import { UsersService } from '../users/users.service.js';
import { BroadcastFilesStore } from './broadcast-files.store.js';
import { mayPublish } from './broadcast-rules.js';
import { MyBroadcasts } from './my-broadcasts.js';

/** Opens the files of broadcasts to those who see the broadcast, and to those who may publish. */
@Injectable()
export class ShownFiles implements OnModuleInit {
  constructor(
    private readonly store: BroadcastFilesStore,
    private readonly mine: MyBroadcasts,
    private readonly users: UsersService,
    private readonly access: FileAccess,
  ) {}

  onModuleInit(): void {
    this.access.alsoAsk((userId, fileId) => this.isShown(userId, fileId));
  }

  private async isShown(userId: string, fileId: string): Promise<boolean> {
    const holders = await this.store.findHolders(fileId);
    if (holders.length === 0) return false;
    const user = await this.users.findById(userId);
    if (!user) return false;
    return mayPublish(user.role) || this.mine.seesOneOf(userId, holders);
  }
}
