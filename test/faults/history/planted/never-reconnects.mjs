// A writer keeps its connection to MySQL, also when it is broken.
import { setTimeout as delay } from 'node:timers/promises';
import { WriterConnection } from '../../../../dist/ledger/writer-connection.js';
import { replace } from './replace.mjs';

replace(WriterConnection, 'destroy', () => () => delay(100));
