import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LedgerModule } from '../ledger/ledger.module.js';
import { MailboxModule } from '../mailbox/mailbox.module.js';
import { IdsModule } from '../platform/ids/ids.module.js';
import { WordFilterModule } from '../word-filter/word-filter.module.js';
import { Acquaintances } from './acquaintances.js';
import { Block } from './blocks/block.entity.js';
import { BlockUser } from './blocks/block-user.js';
import { BlocksController } from './blocks/blocks.controller.js';
import { BlocksService } from './blocks/blocks.service.js';
import { BlocksStore } from './blocks/blocks.store.js';
import { ChangeAccount } from './change-account.js';
import { ProfileNews } from './profile-news.js';
import { Contact } from './contacts/contact.entity.js';
import { ContactsStore } from './contacts/contacts.store.js';
import { UserGroup, UserGroupMember } from './groups/user-group.entity.js';
import { UserGroupsController } from './groups/user-groups.controller.js';
import { UserGroupsService } from './groups/user-groups.service.js';
import { UserGroupsStore } from './groups/user-groups.store.js';
import { UpdateProfile } from './update-profile.js';
import { User } from './user.entity.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';
import { UsersStore } from './users.store.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([User, Block, Contact, UserGroup, UserGroupMember]),
    IdsModule,
    LedgerModule,
    MailboxModule,
    WordFilterModule,
  ],
  controllers: [UsersController, BlocksController, UserGroupsController],
  providers: [
    UsersService,
    UsersStore,
    UpdateProfile,
    ChangeAccount,
    ProfileNews,
    Acquaintances,
    BlocksStore,
    BlocksService,
    BlockUser,
    ContactsStore,
    UserGroupsStore,
    UserGroupsService,
  ],
  exports: [UsersService, ChangeAccount, Acquaintances, BlocksService, ContactsStore, UserGroupsService],
})
export class UsersModule {}
