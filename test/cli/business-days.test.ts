import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Services } from '../../src/cli/services.ts';
import { JOB_DEFAULTS } from '../../src/job/job-defaults.ts';
import type { JobData } from '../../src/runtime/job-data.ts';
import type { RunPlan } from '../../src/runtime/plan-run.ts';
import type { JobStatsRow } from '../../src/stores/job-stats.ts';
import { fakeRuntime, publishedReport, runCli } from './support.ts';

let cwd: string;
const env = { LEXDELTA_HOLIDAYS: 'holidays.txt' };

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'lexdelta-'));
  await writeFile(join(cwd, 'holidays.txt'), '2021-10-11 Columbus Day\n2021-10-18\n');
});
afterAll(() => rm(cwd, { recursive: true }));

function run(date: string, variables: Readonly<Record<string, string>> = env, ...more: readonly string[]) {
  const outcome = { kind: 'ended', ran: true, report: publishedReport() } as const;
  const preview = { run: `agreements-${date}`, attempt: 1, action: 'start', base: null, owner: null } as const;
  const { services } = fakeRuntime({ outcome, events: [STARTED], preview });
  const args = ['run', '--business-date', date, '--lex', 'https://lex.inet', ...more];
  return runCli(args, { cwd, env: variables, services });
}

const JOB = { ...JOB_DEFAULTS, namespaces: JOB_DEFAULTS.namespaces.map((namespace) => ({ namespace })) };
const STARTED = { type: 'run', mode: 'new', run: 'agreements-2021-10-20', attempt: 1 } as const;
const ACCEPTED = ['--accept', 'date', '--by', 'Ada', '--reason', 'a rehearsal'];

/** A job that has run for these dates; those with an `x` have failed. */
function jobOf(...dates: readonly string[]): Pick<Services, 'openData'> {
  const rows = dates.map((text): JobStatsRow => {
    const business_date = text.slice(0, 10);
    const status = text.endsWith('x') ? 'failed' : 'succeeded';
    const started_at = `${business_date}T10:00:00Z`;
    return { business_date, execution_name: `agreements-${business_date}`, attempt: 1, status, fence: 1, started_at };
  });
  const data = {
    jobStats: {
      listRuns: async function* () {
        yield* rows;
      },
      getRun: async () => rows[0]!,
    },
    isAlive: async () => false,
    inputOf: async () => null,
    close: async () => undefined,
  };
  return { openData: async () => data as unknown as JobData };
}

describe('the day that a table is made for', () => {
  it.each([
    ['2021-10-20', null],
    ['2021-10-19', null], // Its documents may be read until Wednesday has ended.
    ['2021-10-16', '2021-10-16 is a Saturday, no business day.'],
    ['2021-10-18', '2021-10-18 is a holiday, no business day.'],
    ['2021-10-15', 'Lex is read on 2021-10-20 (America/New_York), when 2021-10-19, the business day'],
  ])('%s: says %s', async (date, remark) => {
    const { exitCode, stderr } = await run(date);

    expect(exitCode).toBe(0);
    if (remark === null) expect(stderr).not.toContain('! ');
    else expect(stderr.replace(/\s+/g, ' ')).toContain(`! ${remark}`);
  });

  it('is refused before it has begun, a year mistyped for example, and nothing is opened', async () => {
    const args = ['run', '--business-date', '10-20-2022', '--lex', 'https://lex.inet', '--json'];
    const refused = await runCli(args, { cwd, env });
    const preview = await runCli([...args, '--dry-run'], { cwd, env });

    for (const { exitCode, stdout } of [refused, preview]) {
      expect(exitCode).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({
        code: 'DATE_NOT_BEGUN',
        message: '2022-10-20 has not begun: it is 2021-10-20 (America/New_York).',
      });
    }
  });

  it('may be one to come where an operator accepts it, and says so', async () => {
    const { exitCode, stderr } = await run('2021-10-21', env, ...ACCEPTED);

    expect(exitCode).toBe(0);
    expect(stderr).toContain('! Lex is read on 2021-10-20 (America/New_York), before 2021-10-21 has begun.');
  });

  it('counts its days in the zone that is set', async () => {
    const { stderr } = await run('2021-10-21', { LEXDELTA_TIME_ZONE: 'Pacific/Kiritimati' }); // 20:02 on the 20th.

    expect(stderr.replace(/\s+/g, ' ')).toContain('it is 2021-10-20 (Pacific/Kiritimati)');
  });

  it('is refused with a calendar that is none, before anything is created', async () => {
    await writeFile(join(cwd, 'bad.txt'), '10/11/2021\n');
    const bad = await run('2021-10-20', { LEXDELTA_HOLIDAYS: 'bad.txt' });
    const zone = await run('2021-10-20', { LEXDELTA_TIME_ZONE: 'New York' });

    expect([bad.exitCode, zone.exitCode]).toEqual([2, 2]);
    expect(bad.stderr).toContain('line 1: found "10/11/2021", expected a date');
    expect(zone.stderr).toContain('LEXDELTA_TIME_ZONE');
  });

  it('is told by `show` for good', async () => {
    const shown = await runCli(['show', '2021-10-16'], { cwd, env, services: jobOf('2021-10-16') });
    const json = await runCli(['show', '2021-10-16', '--json'], { cwd, env, services: jobOf('2021-10-16') });

    expect(shown.stdout).toContain('! 2021-10-16 is a Saturday, no business day.');
    expect(JSON.parse(json.stdout)).toMatchObject({ remarks: ['2021-10-16 is a Saturday, no business day.'] });
  });
});

describe('a run that had ended before', () => {
  it('says nothing of when Lex is read: nothing reads it', async () => {
    const outcome = { kind: 'ended', ran: false, report: publishedReport() } as const;
    const { services } = fakeRuntime({ outcome });
    const args = ['run', '--business-date', '2021-10-15', '--lex', 'https://lex.inet'];

    const { stderr } = await runCli(args, { cwd, env, services });

    expect(stderr).toContain('had ended before. Nothing was done.');
    expect(stderr).not.toContain('Lex is read');
  });
});

interface After {
  readonly as_of: string | null;
  readonly owner?: string | null;
  readonly action?: RunPlan['action'];
  readonly date?: string;
}

describe('days that a later date leaves without a table', () => {
  async function runAfter(
    { as_of, owner = null, action = 'start', date = '2021-10-20' }: After,
    rows: Readonly<Record<string, string>> = {},
    ...more: readonly string[]
  ) {
    const { services } = fakeRuntime({
      outcome: { kind: 'ended', ran: true, report: publishedReport() },
      events: [STARTED],
      preview: { run: `agreements-${date}`, attempt: 1, action, base: null, owner: null },
      jobStats: {
        getLock: async () => ({ owner, fence: 1, head: null, as_of, hashes_of: null }),
        async *listRuns({ business_date = '' } = {}) {
          const status = rows[business_date];
          if (status !== undefined) yield { business_date, status } as unknown as JobStatsRow;
        },
      },
    });
    const args = ['run', '--business-date', date, '--lex', 'https://lex.inet', ...more];
    const { stderr } = await runCli(args, { cwd, env, services });
    return stderr.replace(/\s+/g, ' ');
  }

  it.each([{ flags: [] }, { flags: ['--dry-run', '--data', '.'] }])(
    'are told before the start, holidays and weekends left out, where it is one, or where they were accepted: $flags',
    async ({ flags }) => {
      const one = await runAfter({ as_of: '2021-10-15' }, {}, ...flags);
      const two = await runAfter({ as_of: '2021-10-14' }, {}, ...flags, ...ACCEPTED);

      const end = 'Once 2021-10-20 is published,';
      expect(one).toContain(
        `! 1 business day before 2021-10-20 has no table: 2021-10-19. ${end} it needs --accept date.`,
      );
      expect(two).toContain(
        `! 2 business days before 2021-10-20 have no table: 2021-10-15, 2021-10-19. ${end} they need --accept date.`,
      );
      expect(one + two).not.toContain('DATE_UNEXPECTED');
    },
  );

  it.each([{ flags: [] }, { flags: ['--dry-run', '--data', '.'] }])(
    'refuse the date where they are more than one, by name, and say what to run instead: $flags',
    async ({ flags }) => {
      const said = await runAfter({ as_of: '2021-09-01' }, { '2021-09-02': 'succeeded' }, ...flags);

      expect(said).toContain(
        '✘ [DATE_UNEXPECTED] 31 business days between the last table, 2021-09-01, and 2021-10-20 would have none: ' +
          '2021-09-03, 2021-09-06, 2021-09-07, 2021-09-08, 2021-09-09, 2021-09-10, 2021-09-13, 2021-09-14, 2021-09-15, and 22 after them.',
      );
      expect(said).toContain('run --business-date 2021-09-03 \\ --lex https://lex.inet');
      expect(said).not.toContain('! ');
    },
  );

  it('refuse no run that goes on, or has ended, whatever its date', async () => {
    for (const action of ['resume', 'follow', 'nothing'] as const) {
      expect(await runAfter({ as_of: '2021-09-01', action })).not.toContain('DATE_UNEXPECTED');
    }
  });

  it('say that a run was interrupted, also before there is any table', async () => {
    const text =
      '! 2021-10-19 has no table: its run was interrupted. Once 2021-10-20 is published, it needs --accept date.';
    const owner = 'arn:aws:states:us-east-1:1:execution:Job:agreements-2021-10-19';

    expect(await runAfter({ as_of: '2021-10-15' }, { '2021-10-19': 'running' })).toContain(text);
    expect(await runAfter({ as_of: null, owner }, { '2021-10-19': 'running' })).toContain(text);
  });

  it('are not all: a day that is none is refused behind a table, unless somebody accepts it', async () => {
    const friday = { as_of: '2021-10-15', date: '2021-10-16' };
    const file = join(cwd, 'job.json');
    await writeFile(file, JSON.stringify({ ...JOB, business_date: '2021-10-16' }));

    expect(await runAfter(friday)).toContain('✘ [DATE_UNEXPECTED] 2021-10-16 is a Saturday, no business day. Check');
    expect(await runAfter({ as_of: '2021-10-14', date: '2021-10-17' })).toMatch(
      /a Sunday, no business day\. 1 business day between .* would have none: 2021-10-15\..*--business-date 2021-10-15/,
    );
    expect(await runAfter(friday, {}, '--input', file)).toContain(
      'run --business-date 2021-10-19 \\ --lex https://lex.inet',
    );
    expect(await runAfter(friday, {}, ...ACCEPTED)).toContain('! 2021-10-16 is a Saturday, no business day.');
    expect(await runAfter({ ...friday, as_of: '2021-10-16' })).not.toContain('DATE_UNEXPECTED');
  });

  it('are none for the next business day, and none that have a table', async () => {
    for (const said of [
      await runAfter({ as_of: '2021-10-19' }),
      await runAfter({ as_of: '2021-10-15' }, { '2021-10-19': 'succeeded' }),
      await runAfter({ as_of: '2021-10-20' }),
      await runAfter({ as_of: null }),
    ]) {
      expect(said).not.toContain('no table');
    }
  });
});

describe('lexdelta runs: business days without a table', () => {
  const missing = async (...dates: readonly string[]) => {
    const { stdout } = await runCli(['runs', '--json'], { cwd, env, services: jobOf(...dates) });
    return JSON.parse(stdout).missing_dates;
  };

  it('names those between the first and yesterday that were not published, holidays and weekends left out', async () => {
    expect(await missing('2021-10-07', '2021-10-08', '2021-10-13', '2021-10-14x', '2021-10-15')).toEqual([
      '2021-10-12',
      '2021-10-14',
      '2021-10-19',
    ]);
  });

  it('names none behind the last table of a job that is not run day by day', async () => {
    expect(await missing('2020-10-20', '2020-10-22')).toEqual(['2020-10-21']);
    expect(await missing('2021-10-14x')).toEqual([]);
  });

  it('says of a date without a run that it has none, not that there is no run at all', async () => {
    const { stderr } = await runCli(['runs', '--business-date', '10-15-2021'], { cwd, env, services: jobOf() });

    expect(stderr).toContain('There is no run for 2021-10-15.');
  });

  it('tells them below the list', async () => {
    const { stdout } = await runCli(['runs'], { cwd, env, services: jobOf('2021-10-15') });

    expect(stdout).toContain('! No table for 1 business day: 2021-10-19');
  });
});
