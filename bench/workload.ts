import type { ContenderName } from './contenders.js';
import type { Subject } from './subject.js';

/** How much of the full size a run takes: 1, or a hundredth for the test that it runs at all. */
export class Scale {
  constructor(readonly factor: number) {}

  /** A number of things: at least two, so that nothing becomes trivial. */
  of(count: number): number {
    return Math.max(2, Math.round(count * this.factor));
  }

  /** A time to measure for, in milliseconds. */
  ms(seconds: number): number {
    return Math.max(200, seconds * 1000 * this.factor);
  }
}

/** What one round of one contender gave, by column. */
export type Figures = Readonly<Record<string, number>>;

export interface Column {
  readonly title: string;
  readonly digits: number;
}

/** A table of the report: one row a contender. */
export interface Case {
  readonly title: string;
  readonly contenders: readonly ContenderName[];
  readonly columns: Readonly<Record<string, Column>>;
  /** One round. Whatever it opens it closes. */
  measure(subject: Subject, scale: Scale): Promise<Figures>;
}

/** One of the questions that `npm run bench` answers; `npm run bench -- <name>` runs it alone. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** What is measured, and how: a paragraph of the report. */
  readonly about: string;
  readonly rounds: number;
  readonly cases: readonly Case[];
}
