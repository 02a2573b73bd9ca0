import { beforeEach, describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/cli/terminal/harmless.ts';
import { addDays } from '../../../src/job/business-date.ts';
import { DEFAULT_RETENTION, type RetentionPolicy } from '../../../src/job/retention-policy.ts';
import type { JobData } from '../../../src/runtime/job-data.ts';
import type { JobStatsRow, LockItem } from '../../../src/stores/job-stats.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { MemoryObjectStore } from '../../fakes/memory-object-store.ts';
import { keysOf, publishDay } from '../../publish/retention/days-fixture.ts';
import { runCli } from '../support.ts';

const [OLD, OLDER] = ['2021-08-03', '2021-08-02'];

let a3: MemoryJobDailyA3Data;
let lock: LockItem;
let getLock: () => Promise<LockItem>;
/** Dates that JobStats has as published. */
let published: string[];
let ofStack: RetentionPolicy | null;

beforeEach(async () => {
  a3 = new MemoryJobDailyA3Data();
  published = [OLDER, OLD, ...Array.from({ length: 8 }, (_, i) => addDays('2021-10-04', i))];
  let head: string | null = null;
  for (const date of published) head = await publishDay(a3, date, { base: head });
  lock = { owner: null, fence: 1, head, as_of: '2021-10-11', hashes_of: head };
  getLock = async () => lock;
  ofStack = null;
});

function lexdelta(...args: readonly string[]) {
  const data = {
    jobDailyA3Data: a3,
    jobDailyDelta: new MemoryObjectStore(),
    jobDailyBatchProcessing: new MemoryObjectStore(),
    jobStats: { getLock, listRuns: rows },
    inputOf: async () => null,
    retention: ofStack,
    close: async () => undefined,
  };
  return runCli(args, { services: { openData: async () => data as unknown as JobData } });
}

async function* rows(filter?: { readonly business_date?: string }): AsyncIterable<JobStatsRow> {
  const publication = JSON.stringify({ rows: 3, rejected: 1 });
  for (const business_date of published.filter((date) => (filter?.business_date ?? date) === date)) {
    const execution_name = `agreements-${business_date}`;
    yield { business_date, execution_name, attempt: 1, status: 'succeeded', fence: 1, publication };
  }
}

describe('lexdelta retention', () => {
  it('says what would go and why the rest stays, and deletes nothing', async () => {
    await lexdelta('hold', OLD, '--by', 'Ada', '--reason', 'a letter');
    const before = await keysOf(a3);

    const { exitCode, stdout } = await lexdelta('retention', '--dry-run');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('Tables are kept 35 days before 2021-10-11, the newest; raw texts of rejected\n');
    expect(stdout).toMatch(/2021-08-02 +5 .* GOES\n2021-08-03 +5 .* stays: held\n/);
    expect(stdout).toMatch(/2021-10-11 +5 .* stays: in force, newest five, not old\n/);
    expect(stdout).toContain('1 table would go, 7 files,');
    expect(stdout.split('\n').every((line) => displayWidth(line) <= 80)).toBe(true);
    expect(await keysOf(a3)).toEqual(before);
  });

  it('needs a name to delete, and puts it on record', async () => {
    expect(await lexdelta('retention')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--by') });

    const { going, records } = JSON.parse((await lexdelta('retention', '--dry-run', '--json')).stdout);
    const { exitCode, stdout } = await lexdelta('retention', '--by', 'Ada', '--json');

    expect(exitCode).toBe(0);
    const { files, bytes } = JSON.parse(stdout).done;
    expect({ files, bytes }).toEqual({ files: going.files + records.files, bytes: going.bytes + records.bytes });
    expect(JSON.parse(stdout)).toMatchObject({ done: { tables: 2, dates: [OLDER, OLD], more: false, error: null } });
    expect(JSON.parse(String(await a3.get(`retention/${OLD}/1.json`)))).toMatchObject({ by: 'Ada', files: 5 });
    expect(await lexdelta('retention', '--check')).toMatchObject({ exitCode: 0 });
    expect(await lexdelta('as-of', OLD)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /\[TABLE_DELETED\] The table as of 2021-08-03 was deleted by retention on\s+2021-10-20/,
      ),
    });
  });

  it('has show say so of a deleted table, and lead nobody to it', async () => {
    await lexdelta('retention', '--by', 'Ada');

    const deleted = await lexdelta('show', OLD);
    const kept = await lexdelta('show', '2021-10-11');

    expect(deleted.stdout).toContain('! The table as of 2021-08-03 was deleted by retention on 2021-10-20 (Ada).');
    expect(deleted.stdout).not.toContain('as-of');
    expect(kept.stdout).not.toContain('deleted');
    expect(kept.stdout).toContain('as-of 2021-10-11');
    expect(JSON.parse((await lexdelta('show', OLD, '--json')).stdout)).toMatchObject({
      deleted: { at: '2021-10-20T06:02:11.000Z', by: 'Ada' },
    });
  });

  it('leaves the date of a run that began meanwhile', async () => {
    const owners = [null, `agreements-${OLDER}-attempt-2`, `agreements-${OLDER}-attempt-2`];
    getLock = async () => ({ ...lock, owner: owners.shift() ?? null });

    const { exitCode, stdout } = await lexdelta('retention', '--by', 'Ada');

    expect(exitCode).toBe(1);
    expect(stdout).toContain(`Deleted 1 table (${OLD}): 8 files`);
    expect(await a3.get(`as_of/${OLDER}.json`)).not.toBeNull();
  });

  it('goes by the rule of the stack, and deletes nothing on one that does not say its own', async () => {
    const stack = ['--aws', 'ours', '--json'];
    expect(await lexdelta('retention', '--by', 'Ada', ...stack)).toMatchObject({
      exitCode: 2,
      stdout: expect.stringContaining('STACK_INCOMPLETE'),
    });
    expect(await keysOf(a3, 'retention')).toEqual([]);

    ofStack = { ...DEFAULT_RETENTION, days: 400 };
    const { stdout } = await lexdelta('retention', '--by', 'Ada', ...stack);
    expect(JSON.parse(stdout)).toMatchObject({ rule: { days: 400 }, done: { tables: 0 } });
  });
});

describe('raw texts of rejected documents', () => {
  const MIDDLE = '2021-09-20';
  const table = `published/as_of=${MIDDLE}/attempt=1`;

  beforeEach(async () => {
    await publishDay(a3, MIDDLE);
    published.push(MIDDLE);
  });

  it('go before their table does, when they have been told to, by name', async () => {
    const planned = await lexdelta('retention', '--dry-run');
    expect(planned.stdout).toMatch(/2021-09-20 +5 .* stays: not old; raw texts GO\n/);
    expect(planned.stdout.replace(/\s+/g, ' ')).toContain('raw texts of 1 table that stays: 1 file, 38 bytes');
    const asked = await lexdelta('retention', '--dry-run', '--json', '--raw-text-days', '35');
    const goes = JSON.parse(asked.stdout).dates.map(
      ({ raw_texts }: { raw_texts: { goes: boolean } }) => raw_texts.goes,
    );
    expect(goes).toEqual([true, true, ...Array.from({ length: 9 }, () => false)]);

    const done = await lexdelta('retention', '--by', 'Ada');

    expect(done.stdout).toContain('Deleted 2 tables (2021-08-02, 2021-08-03), raw texts of 1 table:');
    expect(await keysOf(a3, `${table}/texts`)).toEqual([]);
    expect(await keysOf(a3, table)).toHaveLength(4);
    expect(await lexdelta('retention', '--check')).toMatchObject({ exitCode: 0 });
    const held = await lexdelta('hold', MIDDLE, '--by', 'Bob', '--reason', 'a letter');
    expect(held.stdout).toMatch(/The raw texts of\s+attempt 1 were deleted on 2021-10-20 by retention \(Ada\)\./);
  });

  it('are never kept longer than tables', async () => {
    expect(await lexdelta('retention', '--dry-run', '--raw-text-days', '36')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('rawTextDays'),
    });
    expect(await lexdelta('retention', '--dry-run', '--raw-text-days', '6')).toMatchObject({ exitCode: 2 });
  });

  it('are told by --check where they should be gone, are lost, or were held', async () => {
    const faults = async () => JSON.parse((await lexdelta('retention', '--check', '--json')).stdout).faults as object[];
    const of = (kind: string, text: string) => ({ business_date: MIDDLE, kind, text: expect.stringContaining(text) });
    expect(await faults()).toContainEqual(of('remains', 'raw texts of rejected documents of attempt 1: 1 file'));
    await lexdelta('retention', '--by', 'Ada');
    expect(await faults()).toEqual([]);
    const hold = { format: 1, kind: 'hold', by: 'Bob', reason: 'a letter', at: '2021-09-01T00:00:00.000Z' };
    await a3.putOnce(`holds/${MIDDLE}/000000001.json`, Buffer.from(JSON.stringify(hold)));
    expect(await faults()).toEqual([of('lost', 'its raw texts were deleted by Ada, though it was held by Bob')]);

    await a3.remove(['published/as_of=2021-10-06/attempt=1/texts/shard-00000.ndjson.gz']);
    expect(await faults()).toContainEqual({
      business_date: '2021-10-06',
      kind: 'lost',
      text: expect.stringContaining('texts/shard-00000.ndjson.gz of attempt 1 is missing'),
    });
  });
});

describe('lexdelta retention --check', () => {
  const faults = async () => JSON.parse((await lexdelta('retention', '--check', '--json')).stdout).faults as object[];
  const remove = (...keys: readonly string[]) => a3.remove(keys);

  it('lists what should be gone and is not', async () => {
    expect(await lexdelta('retention', '--check')).toMatchObject({ exitCode: 1 });
    expect(await faults()).toMatchObject([
      { business_date: OLDER, kind: 'remains', text: expect.stringContaining('the table of attempt 1: 5 files') },
      { business_date: OLDER, kind: 'remains', text: expect.stringContaining('records of attempt 1') },
      { business_date: OLD, kind: 'remains' },
      { business_date: OLD, kind: 'remains' },
    ]);
  });

  it.each([
    [
      'a table without a record',
      ['as_of/2021-10-06.json', 'published/as_of=2021-10-06/attempt=1/manifest.json'],
      'no table, and no record',
    ],
    [
      'a file that its manifest names',
      ['published/as_of=2021-10-06/attempt=1/ledger.json'],
      'ledger.json of attempt 1 is missing',
    ],
    ['the pointer of a date', ['as_of/2021-10-06.json'], 'nothing leads to its table'],
  ])('lists what should be there and is not: %s', async (_, keys, text) => {
    await lexdelta('retention', '--by', 'Ada');
    await remove(...keys);

    expect(await faults()).toMatchObject([
      { business_date: '2021-10-06', kind: 'lost', text: expect.stringContaining(text) },
    ]);
  });

  it('lists a date that was held when it was deleted', async () => {
    await lexdelta('retention', '--by', 'Ada');
    const hold = { format: 1, kind: 'hold', by: 'Bob', reason: 'a letter', at: '2021-09-01T00:00:00.000Z' };
    await a3.putOnce(`holds/${OLD}/000000001.json`, Buffer.from(JSON.stringify(hold)));

    expect(await faults()).toMatchObject([
      { business_date: OLD, kind: 'lost', text: expect.stringContaining('held by Bob') },
    ]);
  });
});

describe('lexdelta hold', () => {
  it('keeps a date until it is released, by name and reason', async () => {
    await lexdelta('hold', '08-03-2021', '--by', 'Ada', '--reason', 'a letter');
    await lexdelta('retention', '--by', 'Bob');
    expect(await a3.get(`as_of/${OLD}.json`)).not.toBeNull();
    expect((await lexdelta('holds')).stdout).toMatch(/2021-08-03 +2021-10-20 +Ada +a letter/);

    await lexdelta('hold', OLD, '--release', '--by', 'Cy', '--reason', 'closed');

    expect(JSON.parse((await lexdelta('holds', '--all', '--json')).stdout)).toMatchObject({
      holds: [{ business_date: OLD, by: 'Ada', released: { by: 'Cy', reason: 'closed' } }],
    });
    await lexdelta('retention', '--by', 'Bob');
    expect(await a3.get(`as_of/${OLD}.json`)).toBeNull();
  });

  it('refuses a date whose table is deleted, and takes one that has none yet', async () => {
    await lexdelta('retention', '--by', 'Ada');

    const late = await lexdelta('hold', OLD, '--by', 'Ada', '--reason', 'a letter', '--json');
    const early = await lexdelta('hold', '2021-10-12', '--by', 'Ada', '--reason', 'a letter', '--json');

    expect(JSON.parse(late.stdout)).toMatchObject({ code: 'TABLE_DELETED' });
    expect(await keysOf(a3, `holds/${OLD}`)).toEqual([]);
    expect(JSON.parse(early.stdout)).toMatchObject({ business_date: '2021-10-12', has_table: false });
  });

  it('knows the table of a date whose pointer is lost, but none that is being deleted', async () => {
    const hold = async () => (await lexdelta('hold', OLD, '--by', 'Ada', '--reason', 'a letter', '--json')).stdout;
    const manifest = await a3.get(`published/as_of=${OLD}/attempt=1/manifest.json`);
    await a3.remove([`as_of/${OLD}.json`]);
    expect(JSON.parse(await hold())).toMatchObject({ business_date: OLD, has_table: true });

    await lexdelta('hold', OLD, '--release', '--by', 'Ada', '--reason', 'closed');
    await lexdelta('retention', '--by', 'Bob');
    await a3.putOnce(`published/as_of=${OLD}/attempt=1/manifest.json`, manifest!);

    expect(JSON.parse(await hold())).toMatchObject({ has_table: false });
  });
});
