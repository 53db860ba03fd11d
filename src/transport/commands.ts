import { Injectable } from '@nestjs/common';
import { ChatError } from '../platform/errors/chat-error.js';
import { parseInput } from '../platform/http/schemas.js';
import { AttentionCommands } from './attention-commands.js';
import type { Command, Commander } from './command.js';
import { ConnectionCommands } from './connection-commands.js';
import { MessageCommands } from './message-commands.js';
import { PresenceCommands } from './presence-commands.js';

/** Every command that a Socket.IO client may emit, reaching the same services as the REST routes. */
@Injectable()
export class Commands {
  readonly table: Readonly<Record<string, Command>>;

  constructor(
    messages: MessageCommands,
    attention: AttentionCommands,
    private readonly presence: PresenceCommands,
    connection: ConnectionCommands,
  ) {
    this.table = { ...messages.table, ...attention.table, ...presence.table, ...connection.table };
  }

  /** What commands have begun for a connection ends with it. */
  end(commander: Commander): void {
    this.presence.end(commander);
  }

  /** Throws `command.unknown`, `request.invalid`, and what the command's service throws. */
  async run(name: string, commander: Commander, input: unknown): Promise<unknown> {
    const known = Object.hasOwn(this.table, name) ? this.table[name] : undefined;
    if (!known) throw new ChatError('invalid', 'command.unknown', 'There is no such command.');
    return known.run(commander, parseInput(known.input, input));
  }
}
