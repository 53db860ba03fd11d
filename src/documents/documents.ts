import { Injectable } from '@nestjs/common';
import { Commands } from '../transport/commands.js';
import { createAsyncApi } from './asyncapi.js';

/** Both API documents as text, made once when the node is put together. */
@Injectable()
export class Documents {
  /** Made of the whole application's routes, and so set from outside. */
  openApi = '';
  readonly asyncApi: string;

  constructor(commands: Commands) {
    this.asyncApi = JSON.stringify(createAsyncApi(commands.table));
  }
}
