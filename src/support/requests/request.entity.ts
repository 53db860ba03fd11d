import { Column, Entity, PrimaryColumn } from 'typeorm';

export const requestStates = ['waiting', 'assigned', 'transferred', 'closed'] as const;
export type RequestState = (typeof requestStates)[number];

/**
 * Somebody who asks a team for help. One requester has one at a team, closed and opened again as need be, with one
 * conversation that keeps its history, and under whose lock it changes.
 */
@Entity('support_requests')
export class SupportRequest {
  /** The conversation's. */
  @PrimaryColumn({ type: 'bigint' })
  id!: string;

  @Column({ type: 'bigint' })
  teamId!: string;

  /** The team that it was handed over from last. */
  @Column({ type: 'bigint', nullable: true })
  fromTeamId!: string | null;

  @Column({ type: 'bigint' })
  requesterId!: string;

  /** Who has it, or had it when it was closed. */
  @Column({ type: 'bigint', nullable: true })
  agentId!: string | null;

  @Column({ type: 'varchar', length: 16 })
  state!: RequestState;

  @Column({ type: 'varchar', length: 200, nullable: true })
  subject!: string | null;

  /** When it was opened last. */
  @Column({ type: 'datetime', precision: 3 })
  openedAt!: Date;

  /** Its place in the team's queue; null for those who are in none. */
  @Column({ type: 'datetime', precision: 3, nullable: true })
  queuedAt!: Date | null;

  @Column({ type: 'datetime', precision: 3, nullable: true })
  closedAt!: Date | null;

  @Column({ type: 'datetime', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'datetime', precision: 3 })
  changedAt!: Date;
}
