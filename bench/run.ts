import { type ContenderName, contenders } from './contenders.js';
import { type Summary, summary } from './measure/summary.js';
import type { Subject } from './subject.js';
import type { Case, Figures, Scale, Workload } from './workload.js';

/** What all rounds of a case gave: by contender, by column. */
export type CaseResult = ReadonlyMap<ContenderName, Readonly<Record<string, Summary>>>;

/** Measures a workload: all its contenders who are present run side by side, and take turns round by round. */
export async function runWorkload(
  workload: Workload,
  scale: Scale,
  present: readonly ContenderName[],
  log: (line: string) => void,
): Promise<ReadonlyMap<Case, CaseResult>> {
  const subjects = new Map<ContenderName, Subject>();
  const wanted = contendersOf([workload]).filter((name) => present.includes(name));
  try {
    for (const name of wanted) subjects.set(name, await contenders[name].start());
    const results = new Map<Case, CaseResult>();
    for (const one of workload.cases) {
      log(`${workload.name} ${one.title}`);
      results.set(one, await runCase(one, workload.rounds, subjects, scale, log));
    }
    return results;
  } finally {
    await Promise.all([...subjects.values()].map((subject) => subject.stop()));
  }
}

/** Who takes part in any of these. */
export const contendersOf = (workloads: readonly Workload[]): ContenderName[] => [
  ...new Set(workloads.flatMap(({ cases }) => cases.flatMap((one) => one.contenders))),
];

async function runCase(
  one: Case,
  rounds: number,
  subjects: ReadonlyMap<ContenderName, Subject>,
  scale: Scale,
  log: (line: string) => void,
): Promise<CaseResult> {
  const figures = new Map<ContenderName, Figures[]>();
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of one.contenders) {
      const subject = subjects.get(name);
      if (!subject) continue;
      const measured = await one.measure(subject, scale);
      figures.set(name, [...(figures.get(name) ?? []), measured]);
      log(`  round ${round}  ${name.padEnd(18)} ${describe(one, measured)}`);
    }
  }
  return new Map([...figures].map(([name, all]) => [name, summarise(one, all)]));
}

const summarise = (one: Case, all: readonly Figures[]): Record<string, Summary> =>
  Object.fromEntries(
    Object.keys(one.columns).map((column) => [column, summary(all.map((figures) => figures[column] ?? NaN))]),
  );

const describe = ({ columns }: Case, figures: Figures): string =>
  Object.entries(columns)
    .map(([name, { title, digits }]) => `${title} ${(figures[name] ?? NaN).toFixed(digits)}`)
    .join(' · ');
