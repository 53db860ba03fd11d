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
    ...[...results].map(([one, result]) => tableOf(one, result)),
  ].join('\n\n');

function tableOf({ title, columns }: Case, result: CaseResult): string {
  const names = Object.keys(columns);
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    row([title, ...names.map((name) => columns[name]?.title ?? '')]),
    row(['---', ...names.map(() => '--:')]),
    ...[...result].map(([contender, figures]) =>
      row([titleOf(contender), ...names.map((name) => cell(figures[name], columns[name]))]),
    ),
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
