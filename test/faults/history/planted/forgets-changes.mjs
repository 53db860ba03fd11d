// An edit or a deletion is acknowledged and announced, and the row stays as it was.
import { MessageStore } from '../../../../dist/ledger/message.store.js';
import { replace } from './replace.mjs';

replace(MessageStore, 'update', () => async () => undefined);
