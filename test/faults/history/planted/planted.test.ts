import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it, test } from 'vitest';
import { temporaryDirectory } from '../../../support/servers.js';
import type { ChurnOptions } from '../churn.js';
import { Random } from '../random.js';
import { explain } from '../report.js';
import { run } from '../run.js';
import { type InvariantName, judge } from '../verdict.js';

interface Planted {
  /** What it takes to bring the bug out. */
  readonly faults?: readonly string[];
  readonly churn?: Pick<ChurnOptions, 'kinds' | 'rounds'>;
  /** Any of these tells of it. */
  readonly caughtBy: readonly InvariantName[];
}

/** What is missing for good shows in more than one way. */
const notSeen: readonly InvariantName[] = ['nothingSkippedOrRepeated', 'entitledHaveSeen', 'devicesAgree'];

const planted: Record<string, Planted> = {
  'acknowledges-before-the-commit': {
    faults: ['MySQL connections killed'],
    caughtBy: ['acknowledgedIsStored'],
  },
  'acknowledges-what-is-unknown': { faults: ['MySQL killed'], caughtBy: ['acknowledgedIsStored'] },
  'appends-again': {
    faults: ['link to Redis lost on the way down'],
    caughtBy: ['nothingSkippedOrRepeated'],
  },
  'asks-for-ids-after-the-last': { caughtBy: notSeen },
  'caches-memberships': { churn: { kinds: ['removed'], rounds: 1 }, caughtBy: ['nothingAfterRemoval'] },
  'calls-a-part-the-whole': { faults: ['Redis emptied'], caughtBy: notSeen },
  'forgets-changes': {
    churn: { kinds: ['edited', 'deleted'], rounds: 5 },
    caughtBy: ['changesAreKept'],
  },
  'shows-what-was-deleted': {
    churn: { kinds: ['deleted', 'old cursor'], rounds: 15 },
    caughtBy: ['deletedIsNotShown'],
  },
  'casts-again': { churn: { kinds: ['announced'], rounds: 5 }, caughtBy: ['broadcastsComeOnce'] },
  'leaves-out-the-last-of-a-chunk': {
    churn: { kinds: ['announced'], rounds: 5 },
    caughtBy: ['broadcastsAreShown'],
  },
  'shows-what-was-recalled': {
    churn: { kinds: ['announced', 'forged cursor'], rounds: 12 },
    caughtBy: ['recallsTakeBack'],
  },
  'fans-out-before-the-commit': {
    faults: ['commits lost', 'commits lost'],
    caughtBy: ['nothingInvented', 'oneValuePerSeq', ...notSeen],
  },
  'forgets-revocations': { churn: { kinds: ['revoked'], rounds: 20 }, caughtBy: ['nothingAfterRevocation'] },
  'keeps-what-connections-held': { churn: { kinds: ['moved'], rounds: 3 }, caughtBy: ['resourcesReturn'] },
  'leaves-holes': { faults: ['commits lost'], caughtBy: ['seqsWithoutHoles'] },
  'never-reconnects': { faults: ['link to MySQL reset'], caughtBy: ['alive'] },
  'never-sweeps': { faults: ['Redis killed'], caughtBy: [...notSeen, 'resourcesReturn'] },
  'reads-before-it-registers': { faults: ['Redis emptied', 'Redis flushed'], caughtBy: notSeen },
  'reuses-its-epoch': { faults: ['Redis emptied'], caughtBy: notSeen },
  'stores-a-repetition-again': { faults: ['answers to commits lost'], caughtBy: ['oneRowPerKey'] },
  'takes-from-the-blocked': { churn: { kinds: ['blocked'], rounds: 5 }, caughtBy: ['nothingAfterBlock'] },
  'takes-read-marks-back': { churn: { kinds: ['read'], rounds: 10 }, caughtBy: ['readMarksAreKept'] },
  'trusts-its-copy-of-reactions': {
    churn: { kinds: ['reacted'], rounds: 10 },
    caughtBy: ['reactionsAreKept'],
  },
  'trusts-its-subscription': { faults: ['Redis subscriptions killed'], caughtBy: notSeen },
  'wakes-in-another-order': { caughtBy: [...notSeen, 'cursorsRise'] },
};

const directory = temporaryDirectory('planted');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('every planted bug is tried, and there are at least twelve', () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.mjs'));
  const names = files.filter((file) => file !== 'replace.mjs').map((file) => file.replace('.mjs', ''));
  expect(names.toSorted()).toEqual(Object.keys(planted).toSorted());
  expect(names.length).toBeGreaterThanOrEqual(12);
});

it.each(Object.entries(planted))(
  'a node that %s is caught',
  async (name, { faults = [], churn, caughtBy }) => {
    const path = join(directory, `${name}.jsonl`);
    const { records } = await run({
      cluster: {
        nodes: 2,
        settings: { MAILBOX_LENGTH: '400' },
        preload: pathToFileURL(join(import.meta.dirname, `${name}.mjs`)).href,
      },
      random: new Random(7),
      faults: faults.map((kind) => ({ kind, holdMs: 1_500, node: 0 })),
      people: 4,
      devices: 4,
      senders: 10,
      paceMs: 15,
      sendsBetween: 150,
      ...(churn && { churn: { ...churn, paceMs: 300 } }),
      agreeWithinMs: 5_000,
      progressWithinMs: 20_000,
      path,
    });
    const verdict = judge(records);
    expect(verdict.verdict, explain(verdict, path)).toBe('failed');
    expect(
      caughtBy.filter((invariant) => invariant in verdict.violations),
      explain(verdict, path),
    ).not.toEqual([]);
  },
  180_000,
);
