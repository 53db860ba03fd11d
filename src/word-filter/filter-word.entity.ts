import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { FilterAction } from './word-pattern.js';

/** One word or phrase that is not to be said here, or not to be read. */
@Entity('filter_words')
export class FilterWord {
  @PrimaryColumn({ type: 'bigint' })
  id!: string;

  /** As the admin wrote it, with `*` for any letters and digits. */
  @Column({ type: 'varchar', length: 100 })
  word!: string;

  /** SHA-256 of the word as it is compared: a word stands here once, whatever its spelling. */
  @Column({ type: 'binary', length: 32 })
  folded!: Buffer;

  @Column({ type: 'varchar', length: 8 })
  action!: FilterAction;

  @Column({ type: 'bigint' })
  createdBy!: string;

  @Column({ type: 'datetime', precision: 3 })
  createdAt!: Date;
}
