import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { type ContenderName, contenders } from './contenders.js';
import type { Summary } from './measure/summary.js';
import type { CaseResult } from './run.js';
import type { Case, Column, Workload } from './workload.js';

/** Puts a workload's figures into the report, in the place that its name marks; the rest stays as it was written. */
export async function report(
  file: string,
  workload: Workload,
  results: ReadonlyMap<Case, CaseResult>,
): Promise<void> {
  const [begin, end] = [`<!-- ${workload.name} -->`, `<!-- /${workload.name} -->`];
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for ${workload.name}: ${begin} … ${end}`);
  const section = sectionOf(workload, results);
  const whole = `${text.slice(0, from + begin.length)}\n\n${section}\n\n${text.slice(to)}`;
  writeFileSync(file, await format(whole, { ...(await resolveConfig(file)), filepath: file }));
}

const sectionOf = (
  { name, title, about, rounds }: Workload,
  results: ReadonlyMap<Case, CaseResult>,
): string =>
  [
    `## ${name.toUpperCase()} · ${title}`,
    `${about} ${rounds === 1 ? 'One round' : `Medians of ${rounds} rounds, with their range`}; ${new Date().toISOString().slice(0, 10)}.`,
    ...(isAboutOne(results)
      ? [tableOfCases(results)]
      : [...results].map(([one, result]) => tableOf(one, result))),
  ].join('\n\n');

type Row = readonly [title: string, figures: Readonly<Record<string, Summary>>];

/** Whether nobody is compared with anybody: then the cases are the rows of one table. */
const isAboutOne = (results: ReadonlyMap<Case, CaseResult>): boolean =>
  new Set([...results.keys()].flatMap(({ contenders: names }) => names)).size === 1;

const tableOf = ({ title, columns }: Case, result: CaseResult): string =>
  table(
    title,
    columns,
    [...result].map(([contender, figures]): Row => [titleOf(contender), figures]),
  );

const tableOfCases = (results: ReadonlyMap<Case, CaseResult>): string =>
  table(
    [...results.keys()].flatMap(({ contenders: names }) => names.map(titleOf))[0] ?? '',
    [...results.keys()][0]?.columns ?? {},
    [...results].flatMap(([one, result]) => [...result.values()].map((figures): Row => [one.title, figures])),
  );

function table(title: string, columns: Case['columns'], rows: readonly Row[]): string {
  const names = Object.keys(columns);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line([title, ...names.map((name) => columns[name]?.title ?? '')]),
    line(['---', ...names.map(() => '--:')]),
    ...rows.map(([name, figures]) => line([name, ...names.map((one) => cell(figures[one], columns[one]))])),
  ].join('\n');
}

const titleOf = (name: ContenderName): string => contenders[name].title;

function cell(figures: Summary | undefined, column: Column | undefined): string {
  if (!figures || !column || Number.isNaN(figures.median)) return '–';
  const text = (value: number): string =>
    value.toLocaleString('en', {
      minimumFractionDigits: column.digits,
      maximumFractionDigits: column.digits,
    });
  const [median, min, max] = [figures.median, figures.min, figures.max].map(text);
  return min === max ? String(median) : `${median} (${min}–${max})`;
}
