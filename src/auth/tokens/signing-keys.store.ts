import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type Repository } from 'typeorm';
import { isDuplicate } from '../../platform/database/duplicate.js';
import { SigningKey } from './signing-key.entity.js';

@Injectable()
export class SigningKeysStore {
  constructor(@InjectRepository(SigningKey) private readonly keys: Repository<SigningKey>) {}

  /** Oldest first. */
  findAll(): Promise<SigningKey[]> {
    return this.keys.find({ order: { generation: 'ASC' } });
  }

  /** Of several nodes that add the same generation, one succeeds; the others change nothing. */
  async addUnlessThere(key: SigningKey): Promise<void> {
    try {
      await this.keys.insert(key);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  }

  async remove(generations: readonly number[]): Promise<void> {
    if (generations.length > 0) await this.keys.delete({ generation: In([...generations]) });
  }
}
