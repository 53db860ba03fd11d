import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Agents who answer the same requests. */
@Entity('support_teams')
export class SupportTeam {
  @PrimaryColumn({ type: 'bigint' })
  id!: string;

  @Column({ type: 'varchar', length: 80 })
  name!: string;

  @Column({ type: 'datetime', precision: 3 })
  createdAt!: Date;

  /** From then on it takes no new requests; those that it has go on. */
  @Column({ type: 'datetime', precision: 3, nullable: true })
  closedAt!: Date | null;
}

@Entity('support_agents')
export class SupportAgent {
  @PrimaryColumn({ type: 'bigint' })
  teamId!: string;

  @PrimaryColumn({ type: 'bigint' })
  userId!: string;

  @Column({ type: 'datetime', precision: 3 })
  createdAt!: Date;
}
