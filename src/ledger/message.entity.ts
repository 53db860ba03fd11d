import { Column, Entity, Index, PrimaryColumn, type ValueTransformer } from 'typeorm';

/** One emoji under a message, and who set it. */
export interface FoldedReaction {
  readonly emoji: string;
  readonly userIds: readonly string[];
}

/** A file as it was when the message was sent: what its readers are shown of it. */
export interface AttachedFile {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  readonly width: number | null;
  readonly height: number | null;
}

/** Who said first what a message forwards, and when. */
export interface ForwardedFrom {
  readonly senderId: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

export type MessageType = 'text' | 'system';

export const systemKinds = [
  'created',
  'members_added',
  'member_removed',
  'member_left',
  'member_joined',
  'renamed',
] as const;

/** What happened in a conversation, as a message of type `system` tells it. */
export interface SystemNote {
  readonly kind: (typeof systemKinds)[number];
  /** Whom it happened to: the first of them, where they are many. */
  readonly userIds: readonly string[];
  /** How many they are. */
  readonly count: number;
  /** The name from now on. */
  readonly name?: string;
}

/** JSON kept as text: the two servers' own JSON types differ in what they give back. */
const json: ValueTransformer = {
  to: (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value)),
  from: (text: string | null): unknown => (text === null ? null : JSON.parse(text)),
};

/** One message: a row of its conversation's log. The primary key makes a page of history one range of the table. */
@Entity('messages')
@Index('messages_send_key', ['senderId', 'sendKey'], { unique: true })
@Index('messages_rev', ['conversationId', 'rev'])
export class Message {
  @PrimaryColumn({ type: 'bigint' })
  conversationId!: string;

  @PrimaryColumn({ type: 'int', unsigned: true })
  seq!: number;

  @Column({ type: 'bigint' })
  id!: string;

  /** The conversation's rev of the message's creation. */
  @Column({ type: 'int', unsigned: true })
  createdRev!: number;

  /** The conversation's rev of the message's last change. */
  @Column({ type: 'int', unsigned: true })
  rev!: number;

  @Column({ type: 'varchar', length: 8 })
  type!: MessageType;

  @Column({ type: 'bigint' })
  senderId!: string;

  /** `c:` and the clientId, `k:` and a hash of the Idempotency-Key, or `i:` and the message’s own id: what makes every send repeatable. */
  @Column({ type: 'varchar', length: 66 })
  sendKey!: string;

  /** Of all that the sender sent, to tell a retry from another message under the same clientId. */
  @Column({ type: 'binary', length: 16 })
  digest!: Buffer;

  @Column({ type: 'text', nullable: true })
  text!: string | null;

  @Column({ type: 'text', nullable: true, transformer: json })
  attachments!: readonly AttachedFile[] | null;

  /** Seq of the message that this one answers. */
  @Column({ type: 'int', unsigned: true, nullable: true })
  replyTo!: number | null;

  /** Seq of the message whose thread this one is in: never one that is in a thread itself. */
  @Column({ type: 'int', unsigned: true, nullable: true })
  threadOf!: number | null;

  /** Undeleted replies in this message's thread. */
  @Column({ type: 'int', unsigned: true, default: 0 })
  threadCount!: number;

  /** Ids of the users that it names, each once; null when it names nobody. */
  @Column({ type: 'text', nullable: true, transformer: json })
  mentions!: readonly string[] | null;

  /** Whether it names everybody. */
  @Column({ type: 'boolean', default: false })
  mentionAll!: boolean;

  @Column({ type: 'text', nullable: true, transformer: json })
  forwarded!: ForwardedFrom | null;

  @Column({ type: 'text', nullable: true, transformer: json })
  metadata!: Record<string, unknown> | null;

  /** Folded: each emoji once, with its users in the order in which they came. */
  @Column({ type: 'mediumtext', nullable: true, transformer: json })
  reactions!: readonly FoldedReaction[] | null;

  @Column({ type: 'boolean', default: false })
  pinned!: boolean;

  /** Of messages of type `system` alone. */
  @Column({ type: 'text', nullable: true, transformer: json })
  system!: SystemNote | null;

  @Column({ type: 'datetime', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'datetime', precision: 3, nullable: true })
  editedAt!: Date | null;

  @Column({ type: 'datetime', precision: 3, nullable: true })
  deletedAt!: Date | null;
}
