import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdsModule } from '../platform/ids/ids.module.js';
import { FilterWord } from './filter-word.entity.js';
import { FilterWordsController } from './filter-words.controller.js';
import { FilterWords } from './filter-words.service.js';
import { FilterWordsStore } from './filter-words.store.js';
import { WordFilter } from './word-filter.js';

@Module({
  imports: [TypeOrmModule.forFeature([FilterWord]), IdsModule],
  controllers: [FilterWordsController],
  providers: [FilterWordsStore, FilterWords, WordFilter],
  exports: [WordFilter],
})
export class WordFilterModule {}
