// What could not be delivered at once stays in the outbox for good.
import { Dispatcher } from '../../../../dist/ledger/dispatcher.js';
import { replace } from './replace.mjs';

replace(Dispatcher, 'sweep', () => async () => undefined);
