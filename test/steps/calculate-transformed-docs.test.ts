import { describe, expect, it } from 'vitest';
import type { CalculateTransformedInput, TransformedCursor } from '../../src/job/contracts.ts';
import { sliceOutputKey } from '../../src/publish/attempt-files.ts';
import type { SliceLine } from '../../src/publish/slice-output.ts';
import { calculateTransformedDocs } from '../../src/steps/calculate-transformed-docs.ts';
import { batchInfoKey } from '../../src/steps/slices/delta-plan.ts';
import { encodeSlice } from '../../src/steps/slices/encode-slice.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { MemoryObjectStore } from '../fakes/memory-object-store.ts';
import { rejectedLine, transformedRow, validLine } from '../publish/day-fixture.ts';

const ATTEMPT = { business_date: '2021-10-20', attempt: 1 };
const PLAN = 'execution_input/agreements-2021-10-20';

/** Slices by batch; `null`: no output. */
async function setting(batches: readonly (readonly (readonly SliceLine[] | null)[])[]) {
  const plans = new MemoryObjectStore();
  const a3 = new MemoryJobDailyA3Data();
  for (const [batch, slices] of batches.entries()) {
    await plans.put(batchInfoKey(PLAN, batch), Buffer.from(JSON.stringify({ format: 1, slices: slices.length })));
    for (const [slice, lines] of slices.entries()) {
      if (lines !== null)
        await a3.putOnce(sliceOutputKey(ATTEMPT, batch, slice), encodeSlice('mac', batch, slice, lines).body);
    }
  }
  const slices = batches.flat().length;
  const run = (input: Partial<CalculateTransformedInput>, stops = false) =>
    calculateTransformedDocs(
      {
        ...ATTEMPT,
        plan: PLAN,
        planned: 0,
        slices,
        docs_transformation_percentage_success: 0.9,
        overrides: [],
        cursor: null,
        ...input,
      },
      { plans, a3, shouldStop: () => stops },
    );
  return run;
}

const valid = (id: string) => validLine(id, [transformedRow({ 'A3.3': id })]);

describe('CalculateTotalTransformedDocs', () => {
  it('passes when enough of the planned documents are valid', async () => {
    const run = await setting([[[valid('a'), valid('b')]], [[valid('c'), { op: 'removed', lex_id: 'd' }]]]);

    const output = await run({ planned: 3 });

    expect(output).toMatchObject({ cursor: null, failed_slices: 0, cause: null });
    expect(output.gate).toMatchObject({ passed: true, numerator: 3, denominator: 3, ratio: 1 });
    expect(output.counts).toMatchObject({ planned: 3, valid: 3, rows: 3, removed: 1 });
  });

  it('counts a missing output as failed, against the number that was planned', async () => {
    const run = await setting([[[valid('a')], null], [[rejectedLine('c')]]]);

    const output = await run({ planned: 4 });

    expect(output).toMatchObject({ failed_slices: 1, gate: { passed: false, numerator: 1, denominator: 4 } });
    expect(output.cause).toBe(
      '1 of 4 planned documents are valid, 25 %, where 90 % are needed; 1 are rejected, most often by ' +
        'A3.5-unreadable (1); 2 documents of 1 failed slices have no result.',
    );
  });

  it('leaves out what stood rejected, was tried again, and still is rejected', async () => {
    const again = { ...rejectedLine('b'), again: true } as const;
    const run = await setting([[[valid('a'), again]], [[{ ...again, lex_id: 'c' }]]]);

    expect((await run({ planned: 3 })).gate).toMatchObject({ passed: true, numerator: 1, denominator: 1 });
    const output = await run({ planned: 4 });
    expect(output.counts).toMatchObject({ rejected: 2, rejected_again: 2 });
    expect(output.cause).toBe(
      '1 of 2 planned documents are valid, 50 %, where 90 % are needed; 2 are rejected, most often by ' +
        'A3.5-unreadable (2); 2 of them were so before, and are left out.',
    );
  });

  it('never shows a share just below the threshold as the threshold', async () => {
    const run = await setting([[Array.from({ length: 8999 }, (_, i) => ({ ...valid(String(i)), rows: [] }))]]);
    expect((await run({ planned: 10_000 })).cause).toContain(' 89.9 %, where 90 %');
  });

  it('passes with nothing planned, and tells an accepted failure', async () => {
    const run = await setting([]);
    expect(await run({})).toMatchObject({ gate: { passed: true, ratio: 1 }, failed_slices: 0 });
    const failing = await setting([[[rejectedLine('a')]]]);
    const overrides = [{ accept: 'transform', by: 'ada', reason: 'known' }] as const;
    expect(await failing({ planned: 1, overrides })).toMatchObject({ gate: { passed: false, accepted: true } });
  });

  it('gives the same result in turns', async () => {
    const slices = Array.from({ length: 90 }, (_, i) =>
      i % 7 === 0 ? null : [valid(`a${i}`), ...(i % 5 === 0 ? [rejectedLine(`b${i}`)] : [])],
    );
    const run = await setting([slices.slice(0, 70), slices.slice(70)]);
    const whole = await run({ planned: 120 });

    let cursor: TransformedCursor | null = null;
    let turns = 0;
    for (;;) {
      const output = await run({ planned: 120, cursor }, true);
      turns += 1;
      if (output.cursor === null) {
        expect(output).toEqual(whole);
        break;
      }
      expect(output.gate).toBeNull();
      cursor = output.cursor;
    }
    expect(turns).toBe(4);
  });

  it('refuses a plan that has lost a batch', async () => {
    const run = await setting([[[valid('a')]]]);
    await expect(run({ slices: 2 })).rejects.toMatchObject({ code: 'PLAN_INVALID' });
  });
});
