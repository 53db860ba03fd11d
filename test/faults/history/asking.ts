import type { Outcome } from './asked.js';
import { now } from './recorder.js';
import { type Answer, type Person, type Route, type World, ask, insist } from './world.js';

/** Something that somebody wants done, once or more often: doing it again must change nothing. */
export interface Wish {
  readonly what: string;
  readonly by: Person;
  readonly route: Route;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Codes of refusals that say that it was done before: an answer to that was lost. */
  readonly doneCodes?: readonly string[];
  /** Codes of refusals that no repetition will change. */
  readonly finalCodes?: readonly string[];
}

/** One call for it, as it is put on record. */
export interface Attempt {
  readonly begun: number;
  readonly node: string;
  readonly outcome: Outcome;
  readonly code?: string | undefined;
}

/** Asks one node after another until it is known what has become of it. Each attempt is noted. */
export async function askUntilKnown(
  world: World,
  { what, by, route, body, headers, doneCodes = [], finalCodes = [] }: Wish,
  note: (attempt: Attempt, answer: Answer | undefined) => void,
): Promise<Answer> {
  return insist(world, what, async (node) => {
    const begun = now();
    const answer = await ask(node, route, by.session.token, body, headers).catch(() => undefined);
    const code = answer?.body?.code;
    const isDone = answer !== undefined && (answer.status < 300 || doneCodes.includes(code));
    const isFinal = finalCodes.includes(code);
    const outcome = isDone ? 'ok' : isFinal ? 'refused' : 'unknown';
    note({ begun, node: node.name, outcome, code }, answer);
    return isDone || isFinal ? answer : undefined;
  });
}
