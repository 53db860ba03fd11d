// Open connections do not hear that their session has ended.
import { SessionRevocations } from '../../../../dist/auth/sessions/session-revocations.js';
import { replace } from './replace.mjs';

replace(SessionRevocations, 'tell', () => () => undefined);
