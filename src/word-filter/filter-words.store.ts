import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, In, MoreThan, Repository } from 'typeorm';
import { inTransaction } from '../platform/database/transaction.js';
import { FilterWord } from './filter-word.entity.js';

/** The words, and the version that every change of them raises. */
@Injectable()
export class FilterWordsStore {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @InjectRepository(FilterWord) private readonly words: Repository<FilterWord>,
  ) {}

  async version(): Promise<number> {
    const rows: { version: number }[] = await this.dataSource.query('SELECT version FROM word_filter');
    return rows[0]?.version ?? 0;
  }

  findAll(): Promise<FilterWord[]> {
    return this.words.find();
  }

  count(): Promise<number> {
    return this.words.count();
  }

  /** In id order. */
  findPage(after: string | undefined, limit: number): Promise<FilterWord[]> {
    return this.words.find({
      where: after === undefined ? {} : { id: MoreThan(after) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  /** By what the words are compared by, in id order. */
  findFolded(folded: readonly Buffer[]): Promise<FilterWord[]> {
    return this.words.find({ where: { folded: In([...folded]) }, order: { id: 'ASC' } });
  }

  /** A word that is there already gets the new action, and stays as it is otherwise. */
  async save(words: readonly FilterWord[]): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      await manager.query('UPDATE word_filter SET version = version + 1');
      await manager.query(
        `INSERT INTO filter_words (id, word, folded, action, createdBy, createdAt) VALUES ?
         ON DUPLICATE KEY UPDATE action = VALUES(action)`,
        [words.map((word) => [word.id, word.word, word.folded, word.action, word.createdBy, word.createdAt])],
      );
    });
  }

  /** False when there was none. */
  async remove(id: string): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      await manager.query('UPDATE word_filter SET version = version + 1');
      const { affected } = await manager.delete(FilterWord, { id });
      return (affected ?? 0) > 0;
    });
  }
}
