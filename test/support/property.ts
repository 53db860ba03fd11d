import fc from 'fast-check';
import { environment } from '../../src/platform/config/environment.js';

/** Properties are tried with the same cases in every run, so that a run tells of the code alone. `TEST_SEED` tries others. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(environment.TEST_SEED ?? 20_261_125) });

export { fc };
