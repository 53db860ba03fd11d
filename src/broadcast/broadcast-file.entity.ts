import { Entity, PrimaryColumn } from 'typeorm';

/** That a broadcast holds a file. */
@Entity('broadcast_files')
export class BroadcastFile {
  @PrimaryColumn({ type: 'bigint' })
  broadcastId!: string;

  @PrimaryColumn({ type: 'bigint' })
  fileId!: string;
}
