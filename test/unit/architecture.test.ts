import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type ICruiseOptions, type ICruiseResult, cruise } from 'dependency-cruiser';
import { beforeAll, expect, it } from 'vitest';

interface Configuration {
  readonly forbidden: NonNullable<ICruiseOptions['ruleSet']>['forbidden'];
  readonly options: ICruiseOptions;
}

const { forbidden, options } = createRequire(import.meta.url)(
  '../../.dependency-cruiser.cjs',
) as Configuration;

let found: ICruiseResult;

beforeAll(async () => {
  const { output } = await cruise(['src'], { ...options, validate: true, ruleSet: { forbidden } });
  found = output as ICruiseResult;
}, 60_000);

it('imports go only along the arrows, without circles', () => {
  const violations = found.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  expect(violations).toEqual([]);
});

it('every source file was read', () => {
  const onDisk = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join('src', file));
  const read = found.modules.map(({ source }) => source).filter((source) => source.startsWith('src/'));
  expect(read.toSorted()).toEqual(onDisk.toSorted());
  expect(found.modules.flatMap(({ dependencies }) => dependencies).length).toBeGreaterThan(onDisk.length);
});
