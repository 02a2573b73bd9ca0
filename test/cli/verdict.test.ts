import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/cli/terminal/harmless.ts';
import { plain } from '../../src/cli/terminal/paint.ts';
import { plainCause } from '../../src/cli/verdict/plain-cause.ts';
import { renderVerdict } from '../../src/cli/verdict/render-verdict.ts';
import { PermanentError, REPAIRS } from '../../src/errors.ts';
import type { RunReport } from '../../src/runtime/run-report.ts';
import { namespaceCounts, publishedReport } from './support.ts';

function verdict(report: RunReport): readonly string[] {
  return renderVerdict(report, {
    paint: plain,
    width: 80,
    flags: ' --data d',
    runHint: { flags: ' --lex l --data d', accepted: null },
  });
}

function failedReport(change: Partial<RunReport> = {}): RunReport {
  const { query } = publishedReport();
  return publishedReport({
    status: 'failed',
    query,
    publication: null,
    transformation: { ...publishedReport().transformation!, valid: 2_611, rejected: 411 },
    transformation_gate: {
      passed: false,
      numerator: 2_611,
      denominator: 3_022,
      ratio: 2_611 / 3_022,
      threshold: 0.9,
      accepted: false,
    },
    error: {
      name: 'PermanentError',
      code: 'TRANSFORMATION_GATE_FAILED',
      message: `[TRANSFORMATION_GATE_FAILED] 2,611 of 3,022 documents are valid. ${REPAIRS.TRANSFORMATION_GATE_FAILED}`,
    },
    ...change,
  });
}

describe('renderVerdict', () => {
  it('says that the table is published, with sums that add up and both gates in full', () => {
    expect(verdict(publishedReport()).join('\n')).toMatchInlineSnapshot(`
      "✔ PUBLISHED  Table A-3 as of 2021-10-20: 3,921,440 rows
        run         agreements-2021-10-20, started 2021-10-20 06:02:11 UTC, took 9m41s
        listed      3,708,719 = 3,705,697 unchanged + 118 new + 2,904 changed
        deltas      3,022 = 2,981 published + 41 rejected (they return when mended)
        removed     9 documents (proven)
        rows        3,921,440 = 3,921,332 before + 120 added - 12 removed
                    of them 2,900 changed or turned stale, 7 stale in all
        rejected    55 documents now, standing ones included
        gates       query     3,708,719/3,708,719 read = 100 % (>= 90 %)  ✔ passed
                    transform 2,981/3,022 valid = 98.6 % (>= 90 %)  ✔ passed

        namespace     listed  unchanged  new  changed  removed  proven
        mac        2,400,000  2,398,020   80    1,900        9  yes
        pwm        1,308,719  1,307,677   38    1,004        0  yes

        table       npx lexdelta as-of 2021-10-20 --format csv --data d
        look at     npx lexdelta rejected agreements-2021-10-20 --by-rule --data d"
    `);
  });

  it('names the findings on the whole table by rule, and the field that has fallen furthest', () => {
    const publication = {
      ...publishedReport().publication!,
      table_findings: 1_212,
      findings_by_rule: {
        'TABLE-A3.12-dangling': 1_200,
        'TABLE-A3.14-fill': 1,
        'TABLE-A3.3-duplicate': 3,
        'TABLE-A3.6-in-co-not-cp': 4,
        'TABLE-A3.6.1-absent': 4,
      },
      fill_gate: {
        field: 'A3.12.1',
        passed: true,
        numerator: 3_911_440,
        denominator: 3_921_440,
        ratio: 3_911_440 / 3_921_440,
        threshold: 0.95,
        accepted: false,
        base_numerator: 3_921_332,
        base_denominator: 3_921_332,
      },
    };
    const lines = verdict(publishedReport({ publication }));

    expect(lines.slice(8, 18).join('\n')).toMatchInlineSnapshot(`
      "  findings    1,212 on the table as a whole
                    1,200 TABLE-A3.12-dangling
                        4 TABLE-A3.6-in-co-not-cp
                        4 TABLE-A3.6.1-absent
                        3 TABLE-A3.3-duplicate
                        1 of other rules
        gates       query     3,708,719/3,708,719 read = 100 % (>= 90 %)  ✔ passed
                    transform 2,981/3,022 valid = 98.6 % (>= 90 %)  ✔ passed
                    fill      closest A3.12.1: 3,911,440/3,921,440 = 99.7 % (>= 95 %)
                    ✔ passed"
    `);
    expect(lines.every((line) => displayWidth(line) <= 80)).toBe(true);
  });

  it('has reservations about a table for which a fallen fill rate was accepted', () => {
    const fill_gate = {
      field: 'A3.5',
      passed: false,
      numerator: 1,
      denominator: 2,
      ratio: 0.5,
      threshold: 0.9,
      accepted: true,
      base_numerator: 19,
      base_denominator: 20,
    };
    const text = verdict(publishedReport({ publication: { ...publishedReport().publication!, fill_gate } })).join('\n');

    expect(text).toContain('WITH RESERVATIONS');
    expect(text).toContain('accepted');
    expect(text).toContain('! below, accepted');
  });

  it('offers to accept a fill rate that has fallen', () => {
    const message = `[FILL_RATE_DROPPED] A3.5 is filled in 94 of 100 rows of the table. ${REPAIRS.FILL_RATE_DROPPED}`;
    const error = { name: 'PermanentError', code: 'FILL_RATE_DROPPED', message };
    const text = verdict(failedReport({ error, transformation_gate: null })).join('\n');

    expect(text).toContain('A field is filled in far fewer rows than before.');
    expect(text).toContain('--accept fill');
  });

  it('says why nothing is published, what is safe, and both ways on', () => {
    expect(verdict(failedReport()).join('\n')).toMatchInlineSnapshot(`
      "✘ NOT PUBLISHED  The transformation gate failed. Table A-3 as of 2021-10-19
        stays in force.
        run         agreements-2021-10-20, started 2021-10-20 06:02:11 UTC, took 9m41s
        why         [TRANSFORMATION_GATE_FAILED] 2,611 of 3,022 documents are valid.
        listed      3,708,719 = 3,705,697 unchanged + 118 new + 2,904 changed
        deltas      3,022 = 2,611 valid + 411 rejected (they return when mended)
        gates       query     3,708,719/3,708,719 read = 100 % (>= 90 %)  ✔ passed
                    transform 2,611/3,022 valid = 86.3 % (>= 90 %)  ✘ below

        namespace     listed  unchanged  new  changed  removed  proven
        mac        2,400,000  2,398,020   80    1,900        9  yes
        pwm        1,308,719  1,307,677   38    1,004        0  yes

        safe        No hash was written: the same deltas are found again.
        look at     npx lexdelta rejected agreements-2021-10-20 --by-rule --data d
        mend, then  npx lexdelta run --business-date 2021-10-20 --attempt 2 --lex l \\
                    --data d
        or accept   npx lexdelta run --business-date 2021-10-20 --attempt 2 --lex l \\
                    --data d --accept transform --by NAME --reason TEXT"
    `);
  });

  it('says when Lex was read, and of a run that failed meanwhile since when', () => {
    const [began, ended] = ['2021-10-20T06:02:12Z', '2021-10-20T06:05:00Z'];
    const read = (extraction: RunReport['extraction']) =>
      verdict(failedReport({ extraction })).find((line) => line.startsWith('  read'));

    expect(read({ began, ended })).toBe('  read        from Lex, 2021-10-20 06:02:12 UTC to 2021-10-20 06:05:00 UTC');
    expect(read({ began, ended: null })).toBe('  read        from Lex, 2021-10-20 06:02:12 UTC on, not to the end');
    expect(read(null)).toBeUndefined();
  });

  it('says what is left when the table is published but its hashes are not', () => {
    const error = { name: 'TransientError', code: 'STORE_BUSY', message: '[STORE_BUSY] The hashes were not written.' };

    const lines = verdict(publishedReport({ status: 'published_incomplete', error })).join('\n');

    expect(lines).toContain('! PUBLISHED, INCOMPLETE  Table A-3 as of 2021-10-20: 3,921,440 rows');
    expect(lines).toContain('The hashes were not written.');
    expect(lines).toContain('The next run finishes what is left');
  });

  it('shows held-back removals, namespaces that are not complete, failed slices and what an operator accepted', () => {
    const query = [
      namespaceCounts('mac', { removals_held: 30 }),
      namespaceCounts('cct', { complete: false, gaps: 1, failed_pages: 2, cause: '[LEX_TIMEOUT] Lex was silent.' }),
    ];
    const evidence = { of: 'documents read', numerator: 8, denominator: 10, threshold: 0.9 };
    const overrides = [{ accept: 'query', by: 'Ada', reason: 'cct is down', needed: true, evidence }] as const;

    const text = verdict(publishedReport({ query, overrides, failed_slices: 1 })).join('\n');

    expect(text).toContain('! mac: 30 removals held back');
    expect(text).toContain('! cct: not complete, 1 gap, 2 failed pages; nothing is removed there.');
    expect(text).toContain('[LEX_TIMEOUT] Lex was silent.');
    expect(text).toContain('! 1 slice failed');
    expect(text.replace(/\s+/g, ' ')).toContain(
      '! accepted: query, by Ada: cct is down (documents read: 8 of 10, 80 %; bound 90 %)',
    );
  });

  it('says once how many removals are held back, in the headline why that matters, and the command that accepts them', () => {
    const query = [namespaceCounts('mac', { total_docs: 950, total_docs_queried: 950, removals_held: 50 })];

    const text = verdict(publishedReport({ query, warnings: ['mac: 50 removals were held back.'] })).join('\n');

    expect(text).toMatch(/^! PUBLISHED, WITH RESERVATIONS {2}Table[\s\S]*? 50\s+removals held back\./);
    expect(text).toContain('! mac: 50 removals held back, too many for one day.');
    expect(text).not.toContain('were held back');
    expect(text.replaceAll(/ \\\n +/g, ' ')).toContain(
      'or accept   npx lexdelta run --business-date 2021-10-20 --attempt 2 --lex l --data d --accept removals --by NAME',
    );
  });

  it('names the first documents whose removals were held back, why, and the command that shows all', () => {
    const held_removals = {
      groups: [
        { namespace: 'cct', reason: 'not_proven', count: 3 },
        { namespace: 'mac', reason: 'unanswered', count: 1 },
      ],
      first: ['c-1', 'c-2', 'c-3'].map((lex_id) => ({ namespace: 'cct', lex_id })),
    } as const;
    const query = [namespaceCounts('cct', { removals_held: 3 }), namespaceCounts('mac', { removals_held: 1 })];
    const told = (held: NonNullable<RunReport['publication']>['held_removals']) =>
      verdict(publishedReport({ query, publication: { ...publishedReport().publication!, held_removals: held } }));
    const text = told(held_removals)
      .join('\n')
      .replaceAll(/ \\\n +/g, ' ');

    expect(text).toContain('  held back   cct/c-1, cct/c-2, cct/c-3, …');
    expect(text).toContain('  all         npx lexdelta rejected agreements-2021-10-20 --held-removals --data d');
    expect(text).toContain('! cct: 3 removals held back: its namespace was not read whole.');
    expect(text).toContain('! mac: 1 removal held back: Lex did not answer');
    expect(text).not.toContain('--accept removals');
    const tooMany = told({ ...held_removals, groups: [{ namespace: 'cct', reason: 'too_many', count: 3 }] }).join('\n');
    expect(tooMany).toContain('--accept removals');
    expect(tooMany).not.toMatch(/…|--held-removals/);
  });

  it('says in the headline how many lines of which namespace could not be read, and how to see them', () => {
    const query = [
      namespaceCounts('mac', { total_docs: 1_000, total_docs_queried: 1_000, unreadable: 3, complete: false }),
      namespaceCounts('pwm', { total_docs: 7, total_docs_queried: 7 }),
    ];
    const warnings = ['mac: 3 of 1000 lines could not be read; their documents keep what they had.'];

    const text = verdict(publishedReport({ query, warnings })).join('\n');

    expect(text.replaceAll(/\s+/g, ' ')).toMatch(
      /^! PUBLISHED, WITH RESERVATIONS .* 3 of 1,000 lines of mac could not be read\./,
    );
    expect(text).toMatch(/^ {2}mac .* NO$/m);
    expect(text.match(/^! mac: .*/gm)).toEqual([
      '! mac: 3 of 1000 lines could not be read; their documents keep what they had.',
    ]);
    expect(text.replaceAll(/ \\\n +/g, ' ')).toContain('rejected agreements-2021-10-20 --unreadable --data d');
  });

  it('says in the headline what was not read of a query gate that an operator accepted', () => {
    const query_gate = { ...publishedReport().query_gate!, passed: false, accepted: true, numerator: 0, ratio: 0 };
    const query = [
      namespaceCounts('mac', { total_docs: null, complete: false }),
      namespaceCounts('pwm', { total_docs: 7, total_docs_queried: 7 }),
    ];
    const headline = (change: Partial<RunReport>) =>
      verdict(publishedReport({ query, query_gate, ...change }))
        .slice(0, 3)
        .join(' ')
        .replaceAll(/ +/g, ' ');

    expect(headline({})).toContain('! PUBLISHED, WITH RESERVATIONS Table A-3 as of 2021-10-20: 3,921,440 rows.');
    expect(headline({})).toContain('Nothing was read of mac: carried over from 2021-10-19.');
    expect(headline({ base: null })).toContain('there is no earlier table');
  });

  it('does not take a run over some namespaces for a whole day, and says how to read the others', () => {
    const publication = { ...publishedReport().publication!, left_out: ['cct', 'docman'] };
    const report = publishedReport({ publication, warnings: [] });
    const lines = renderVerdict(report, {
      paint: plain,
      width: 80,
      flags: '',
      runHint: { flags: ' --namespaces mac,pwm --lex l', accepted: null },
    }).join('\n');

    expect(lines.replace(/\s+/g, ' ')).toContain(
      '! PUBLISHED, WITH RESERVATIONS Table A-3 as of 2021-10-20: 3,921,440 rows. ' +
        'Carried over from 2021-10-19: cct, docman, which the run left out.',
    );
    expect(lines.replace(/\s\\?\s*/g, ' ')).toContain(
      'lexdelta run --business-date 2021-10-20 --attempt 2 --namespaces mac,pwm,cct,docman --lex l',
    );
  });

  it('tells since when what a run left out, or could not read, is carried over, each date apart', () => {
    const publication = {
      ...publishedReport().publication!,
      left_out: ['cct', 'docman'],
      carried_over: [
        { namespace: 'cct', since: '2021-10-13' },
        { namespace: 'docman', since: '2020-02-03' },
        { namespace: 'pwm', since: '2021-10-18' },
      ],
    };
    const query_gate = { ...publishedReport().query_gate!, passed: false, accepted: true };
    const query = [
      namespaceCounts('mac', { total_docs: 7, total_docs_queried: 7 }),
      namespaceCounts('pwm', { total_docs: 2 }),
    ];
    const onlyLeftOut = verdict(publishedReport({ publication })).join('\n');
    const text = verdict(publishedReport({ publication, query, query_gate })).join('\n').replace(/\s+/g, ' ');

    expect(text).toContain(
      'Nothing was read of pwm: carried over since 2021-10-18; carried over since 2021-10-13: cct, which the run left out; ' +
        'carried over since 2020-02-03: docman, which the run left out.',
    );
    expect(onlyLeftOut).not.toContain('mend, then');
  });

  it('warns of a namespace of which far more has changed than usual, says what may have caused it, and how to look', () => {
    const jump = {
      namespace: 'mac',
      date: '2021-10-20',
      date_before: '2021-10-19',
      run: 'agreements-2021-10-20',
      documents: 480_000,
      new: 80,
      changed: 479_920,
      reprocessed: 0,
      changed_share: 0.2,
      usual_share: 0.001,
      causes: ['lex'],
    } as const;
    const told = (share_jumps: NonNullable<RunReport['publication']>['share_jumps']) =>
      verdict(publishedReport({ publication: { ...publishedReport().publication!, share_jumps } }));
    const lines = told([jump]);
    const text = lines.join('\n').replace(/\s+/g, ' ');

    expect(lines[0]).toMatch(/^✔ PUBLISHED {2}/);
    expect(text).toContain(
      '! 480,000 documents of mac new or changed = 20 %, usually 0.1 %. Mapping, rules and look-ups are',
    );
    expect(text).toContain('declared volatile: then no row differs.');
    expect(lines.at(-1)).toBe('  compare     npx lexdelta diff 2021-10-19 2021-10-20 --namespace mac --data d');
    expect(told([jump, { ...jump, namespace: 'pwm' }]).at(-1)).not.toContain('--namespace');
    expect(told([{ ...jump, date_before: jump.date }]).join('\n')).not.toContain('compare');
    expect(lines.every((line) => displayWidth(line) <= 80)).toBe(true);
  });

  it('says which of the rejected the gate does not count, and that of nothing there is nothing to check', () => {
    const transformation = {
      ...publishedReport().transformation!,
      planned: 2,
      valid: 0,
      rejected: 2,
      rejected_again: 2,
    };
    const transformation_gate = { ...publishedReport().transformation_gate!, numerator: 0, denominator: 0, ratio: 1 };
    const lines = verdict(publishedReport({ transformation, transformation_gate }));

    const at = lines.findIndex((line) => line.includes('transform'));
    expect(lines[at]).toBe('              transform nothing to check  ✔ passed');
    expect(lines[at + 1]?.trim()).toBe('2 that stood rejected were tried again, not counted');
  });

  it('does not offer to accept that nothing at all was read', () => {
    const error = {
      name: 'PermanentError',
      code: 'QUERY_GATE_FAILED',
      message: '[QUERY_GATE_FAILED] 0 of 0 documents.',
    };
    const query = [namespaceCounts('mac', { total_docs: null }), namespaceCounts('pwm', { total_docs: null })];

    const lines = (read: number) =>
      verdict(failedReport({ error, query: [...query, namespaceCounts('cct', { total_docs_queried: read })] })).join(
        ' ',
      );

    expect(lines(0)).not.toContain('--accept query');
    expect(lines(1)).toContain('--accept query');
  });

  it('stays green for an accepted gate that was not needed', () => {
    const evidence = { of: 'documents read', numerator: 10, denominator: 10, threshold: 0.9 };
    const overrides = [{ accept: 'query', by: 'Ada', reason: 'in case', needed: false, evidence }] as const;

    const lines = verdict(publishedReport({ overrides }));

    expect(lines[0]).toMatch(/^✔ PUBLISHED {2}/);
    expect(lines.join(' ')).toContain('in case (not needed: documents read: 10 of 10');
  });

  it('keeps the code of the cause, and the one remedy that ends it', () => {
    const cause = `[QUERY_GATE_FAILED] 0 of 0 documents were read: mac ([LEX_UNAUTHORIZED] Lex answered 401. ${REPAIRS.LEX_UNAUTHORIZED}). ${REPAIRS.QUERY_GATE_FAILED}`;
    const error = { name: 'PermanentError', code: 'QUERY_GATE_FAILED', message: cause };

    const text = verdict(failedReport({ error })).join(' ').replaceAll(/ +/g, ' ');

    expect(text).toContain(
      'why [QUERY_GATE_FAILED] 0 of 0 documents were read: mac ([LEX_UNAUTHORIZED] Lex answered 401.).',
    );
    expect(text.split('Check the token (environment variable LEXDELTA_LEX_TOKEN).')).toHaveLength(2);
    expect(text).not.toContain('See the cause of each namespace');
  });

  it('stays within 80 columns and prints no control character, whatever a server wrote into the cause', () => {
    const message = `[LEX_TIMEOUT] \x1b]0;title\x07${'x'.repeat(300)} \x1b[2J gone`;
    const report = failedReport({ error: { name: 'E', code: 'LEX_TIMEOUT', message }, warnings: [`\u202E${message}`] });

    for (const line of verdict(report)) {
      expect(displayWidth(line)).toBeLessThanOrEqual(80);
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });

  it('tells a run that nobody works on from one that runs', () => {
    const report = publishedReport({ status: 'running', publication: null, ended_at: null });
    const shown = (isAlive: boolean) =>
      renderVerdict(report, {
        paint: plain,
        width: 80,
        flags: '',
        runHint: { flags: ' --lex l', accepted: null },
        isAlive,
      }).join('\n');

    expect(shown(true)).toMatch(/^… RUNNING[\s\S]*follow it +npx lexdelta run --business-date 2021-10-20 --lex l$/);
    expect(shown(false)).toMatch(/^! INTERRUPTED[\s\S]*go on +npx lexdelta run --business-date 2021-10-20 --lex l$/);
  });

  it('shows a run that failed before it read anything', () => {
    const report = failedReport({
      query: [],
      query_gate: null,
      transformation: null,
      transformation_gate: null,
      base: null,
    });

    const text = verdict(report).join('\n');

    expect(text).toContain('There is no earlier table.');
    expect(text).not.toContain('listed');
  });

  it('asks for the damaged file of the table in force before any new attempt, and proves it', () => {
    const damaged =
      '`published/as_of=2021-10-19/attempt=2/table/shard-00000.ndjson.gz` has 7 bytes where 9 were published.';
    const message = new PermanentError('STORE_CORRUPT', damaged).message;
    const text = verdict(failedReport({ error: { name: 'PermanentError', code: 'STORE_CORRUPT', message } })).join(
      '\n',
    );

    expect(text.replace(/\n +/g, ' ')).toContain('restore this very file from a backup');
    expect(text).not.toMatch(/mend, then|Start a new attempt/);
    expect(text).toMatch(
      /restore .+\n {2}prove it {4}npx lexdelta verify 2021-10-19 --data d\n {2}only then {3}npx lexdelta run/,
    );
  });

  it.each([
    ['records/2021-10-20/1/000-000000000.ndjson', 'Start a new attempt. If that fails'],
    ['2021-10-20/1/1/mac/000000000.ndjson', 'of this attempt alone'],
  ])('leads straight to a new attempt where %s is damaged', (key, repair) => {
    const message = new PermanentError('STORE_CORRUPT', `\`${key}\` ends in the middle of a line.`).message;
    const text = verdict(failedReport({ error: { name: 'PermanentError', code: 'STORE_CORRUPT', message } })).join(
      '\n',
    );

    expect(text.replace(/\n +/g, ' ')).toContain(repair);
    expect(text).toContain('mend, then  npx lexdelta run');
  });
});

describe('plainCause', () => {
  it('shows the message inside a recorded function error, without the repair that follows its code', () => {
    const message = `[LEX_TIMEOUT] Lex "slept". ${REPAIRS.LEX_TIMEOUT}`;
    const recorded = JSON.stringify({ errorType: 'TransientError', errorMessage: message, trace: ['at {x}'] });

    expect(plainCause(`cct failed (TransientError: ${recorded}); mac too`)).toBe(
      'cct failed ([LEX_TIMEOUT] Lex "slept".); mac too',
    );
    expect(plainCause('nothing of the kind {"a":1}')).toBe('nothing of the kind {"a":1}');
  });
});
