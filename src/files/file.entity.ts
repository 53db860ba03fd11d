import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One upload whose bytes are in the store under its id. */
@Entity('files')
export class File {
  @PrimaryColumn({ type: 'bigint' })
  id!: string;

  @Column({ type: 'bigint' })
  uploaderId!: string;

  @Column({ type: 'varchar', length: 255 })
  name!: string;

  /** As its bytes say; never as the client said. */
  @Column({ type: 'varchar', length: 100 })
  contentType!: string;

  /** Of what is stored, in bytes. */
  @Column({ type: 'int', unsigned: true })
  size!: number;

  /** Of images, in pixels, as they are to be shown. */
  @Column({ type: 'int', unsigned: true, nullable: true })
  width!: number | null;

  @Column({ type: 'int', unsigned: true, nullable: true })
  height!: number | null;

  /** In bytes; null where there is no thumbnail. */
  @Column({ type: 'int', unsigned: true, nullable: true })
  thumbnailSize!: number | null;

  @Column({ type: 'datetime', precision: 3 })
  createdAt!: Date;

  /** Null while a message holds it. From this time on it is gone for everybody, and nothing takes it back. */
  @Column({ type: 'datetime', precision: 3, nullable: true })
  expiresAt!: Date | null;
}
