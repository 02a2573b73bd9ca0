/**
 * The whole stack on a stand-in for AWS, against the same days on one machine. Deployed once: what follows uses what came
 * before.
 */
import {
  CloudFormationClient,
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_INPUT } from '../../../src/job/job-input.ts';
import type { RunReport } from '../../../src/runtime/run-report.ts';
import type { JobStores } from '../../../src/stores/job-stores.ts';
import { type DeployedStack, deploySampleStack, LEX_TOKEN } from './deployed-stack.ts';
import { type EmbeddedHome, openEmbeddedHome } from './embedded-home.ts';
import { enrichmentTests } from './enrichment-tests.ts';
import { MENDED, TAKEN_OUT, tellExcuses } from './excuses.ts';
import { type BothHomes, operatorTests } from './operator-tests.ts';
import { Operators } from './operators.ts';
import { readContents } from './published-contents.ts';
import { retentionTests } from './retention-tests.ts';
import { type Printed, runLexdelta } from './run-lexdelta.ts';
import { SAMPLE_DAYS } from './sample-lex.ts';
import { invoke, reportOf, runSampleDay, scheduledTimeFor } from './sample-run.ts';

const DEPLOY_TIMEOUT_MS = 300_000;
const DAY_TIMEOUT_MS = 180_000;
const [FIRST, LAST] = SAMPLE_DAYS;
/** `sample/README.md`. */
const ROWS: Readonly<Record<string, number>> = { [FIRST.date]: 711, [LAST.date]: 715 };
/** Of every day, among others. */
const FILES = ['table', 'changes', 'rejected', 'texts', 'uses']
  .map((part) => `${part}/shard-00000.ndjson.gz`)
  .concat('findings.ndjson', 'ledger.json');

let stack: DeployedStack;
let embedded: EmbeddedHome;
let homes: BothHomes;
beforeAll(async () => {
  stack = await deploySampleStack();
  embedded = await openEmbeddedHome({ url: stack.lex.url, token: LEX_TOKEN });
  homes = { operators: new Operators(stack, embedded.folder), stores: stack.stores, embedded };
}, DEPLOY_TIMEOUT_MS);
afterAll(async () => {
  if (stack !== undefined) console.info(tellExcuses(stack.standIn));
  await stack?.stop();
  embedded?.remove();
});

/** With the rights of the account's root. */
function onStack(...args: readonly string[]): Promise<Printed> {
  const place = { cwd: embedded.folder, env: { ...stack.environment, HOME: embedded.folder } };
  return runLexdelta(place, [...args, '--aws', stack.stackName]);
}

describe('the stack, deployed from its template', () => {
  it('is all that was synthesised, but what the table of excuses names', async () => {
    const { synthesised, deployed } = stack.templates;
    const gone = Object.keys(synthesised.Resources).filter((id) => !Object.hasOwn(deployed.Resources, id));
    const back = { ...deployed.Resources, ...Object.fromEntries(gone.map((id) => [id, synthesised.Resources[id]])) };
    const made = await listResources();

    expect(gone.map((id) => synthesised.Resources[id]!.Type).sort()).toEqual(TAKEN_OUT.map(({ type }) => type).sort());
    expect({ ...deployed, Resources: back }).toEqual(synthesised);
    expect([...new Set(made.map(({ ResourceStatus }) => ResourceStatus))]).toEqual(['CREATE_COMPLETE']);
    expect(made.map((one) => one.LogicalResourceId).sort()).toEqual(Object.keys(deployed.Resources).sort());
  });

  it(
    'runs a day from the command line, then prints its verdict again, and leaves nothing for the schedule to start',
    async () => {
      const { date } = FIRST;
      const first = await onStack('run', '--business-date', date);
      const again = await onStack('run', '--business-date', date);
      const scheduled = await invoke(stack, 'StartDailyAgreementJob', { scheduled_time: scheduledTimeFor(date) });

      expect(first).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('attempt 1  started ') });
      expect(first.stdout).toContain(`✔ PUBLISHED  Table A-3 as of ${date}: 711 rows`);
      expect(first.stdout).toContain(`as-of ${date} --format csv --aws ${stack.stackName}\n`);
      expect(again.stderr).toContain(`agreements-${date} had ended before. Nothing was done.`);
      expect(again).toMatchObject({ exitCode: 0, stdout: first.stdout });
      expect(scheduled).toMatchObject({ started: false, reason: 'exists' });
      await checkPublication(await reportOf(stack, FIRST));
    },
    DAY_TIMEOUT_MS,
  );

  it(
    'runs the next as the schedule starts it',
    async () => checkPublication(await runSampleDay(stack, LAST)),
    DAY_TIMEOUT_MS,
  );

  it('remembers the same documents, and asks about the same unknown entities', async () => {
    const ours = await embedded.read(readMemory);
    const theirs = await readMemory(stack.stores);

    expect(theirs).toEqual(ours);
    expect(theirs.hashes.length).toBeGreaterThan(500);
    expect(theirs.unknown.length).toBeGreaterThan(0);
    // Two slices that come upon an entity at once may both ask.
    expect(await stack.stores.enrichmentQueue.depth()).toBeGreaterThanOrEqual(theirs.unknown.length);
  });

  it('finds at the deadline that the day is published', async () => {
    const { date } = LAST;
    const found = await invoke(stack, 'CheckDeadline', { scheduled_time: scheduledTimeFor(date) });

    expect(found).toEqual({ run: `agreements-${date}`, NotStarted: 0, NotPublished: 0 });
  });

  it('does nothing when the schedule delivers a date twice', async () => {
    const { date } = LAST;
    const again = await invoke(stack, 'StartDailyAgreementJob', { scheduled_time: scheduledTimeFor(date) });

    expect(again).toEqual({ run: `agreements-${date}`, started: false, reason: 'exists' });
  });

  it('tells a stack that is not there by a code, as bad input', async () => {
    const env = { ...stack.environment, HOME: embedded.folder };
    const unknown = await runLexdelta({ cwd: embedded.folder, env }, ['runs', '--aws', 'nosuch']);

    expect(unknown).toMatchObject({ exitCode: 2, stdout: '' });
    expect(unknown.stderr).toContain('[STACK_UNKNOWN] There is no stack nosuch');
  });
});

operatorTests(() => homes);
enrichmentTests(() => homes);
retentionTests(() => homes);

describe('the table of excuses', () => {
  it('has no mend of the stand-in that was not needed', () => {
    expect(new Set(stack.standIn.mended())).toEqual(new Set(MENDED.map(({ action }) => action)));
  });
});

/** The day's Lex is shown. Runs it on one machine too: the same bytes, file by file, as many rows as the sample promises. */
async function checkPublication(report: RunReport): Promise<void> {
  const { business_date: date } = report;
  await embedded.runDay(date);

  expect(report).toMatchObject({ status: 'succeeded', error: null, failed_slices: 0, warnings: [] });
  const { manifest: key } = report.publication!;
  const theirs = await readContents(stack.stores.jobDailyA3Data, key);
  const ours = await embedded.read(({ jobDailyA3Data }) => readContents(jobDailyA3Data, key));
  expect(Object.keys(theirs.digests)).toEqual(expect.arrayContaining(FILES));
  expect(theirs.digests).toEqual(ours.digests);
  expect(theirs.digests).toEqual(theirs.promised);
  expect(theirs.manifest).toEqual(ours.manifest);
  expect(theirs.manifest.rows).toBe(ROWS[date]);
}

async function listResources(): Promise<readonly StackResourceSummary[]> {
  const { endpoint, region, stackName: StackName } = stack;
  const client = new CloudFormationClient({ endpoint, region });
  try {
    const pages = await Array.fromAsync(paginateListStackResources({ client }, { StackName }));
    return pages.flatMap(({ StackResourceSummaries }) => StackResourceSummaries ?? []);
  } finally {
    client.destroy();
  }
}

async function readMemory({ agreementHash, entities }: Pick<JobStores, 'agreementHash' | 'entities'>) {
  const hashes = [];
  for (const namespace of DEFAULT_INPUT.namespaces) {
    for await (const entries of agreementHash.readRange(namespace, null, null)) {
      hashes.push(...entries.map((entry) => ({ namespace, ...entry })));
    }
  }
  const pending = await Array.fromAsync(entities.list({ status: 'pending' }));
  return { hashes, unknown: pending.map(({ entity_key }) => entity_key).sort() };
}
