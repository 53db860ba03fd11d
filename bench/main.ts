import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { contenders, lackingFor } from './contenders.js';
import { report } from './report.js';
import { contendersOf, runWorkload } from './run.js';
import { Scale } from './workload.js';
import { workloads } from './workloads.js';

const SMALL = 0.02;

// --small serves the test that the benchmark runs at all; --only compares some contenders while working on one.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    small: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const unknown = positionals.filter((name) => workloads.every((workload) => workload.name !== name));
if (unknown.length > 0) {
  const names = workloads.map(({ name }) => name).join(', ');
  console.error(`No such workload: ${unknown.join(', ')}. There are ${names}.`);
  process.exit(2);
}
const file = resolve(import.meta.dirname, '../../../docs/benchmarks.md');
const chosen = workloads.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const present = contendersOf(chosen).filter((name) => {
  if (values.only.length > 0 && !values.only.includes(name)) return false;
  const lacking = lackingFor(name);
  if (lacking) console.log(`Without ${contenders[name].title}: ${lacking} are not installed.`);
  return !lacking;
});
for (const workload of chosen) {
  const size = values.small ? { ...workload, rounds: 1 } : workload;
  const results = await runWorkload(size, new Scale(values.small ? SMALL : 1), present, console.log);
  if (!values.small && values.only.length === 0) await report(file, workload, results);
}
process.exit(0);
