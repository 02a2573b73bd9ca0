import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeltaBatchesCursor } from '../../src/job/contracts.ts';
import { createDeltaBatches, SLICE_OBJECTS } from '../../src/steps/create-delta-batches.ts';
import { getDeltaDocsBatchInfo } from '../../src/steps/get-delta-docs-batch-info.ts';
import { chunkKey, type PlannedSlice, readBatchInfo, readChunk } from '../../src/steps/slices/delta-plan.ts';
import { MemoryObjectStore } from '../fakes/memory-object-store.ts';

const ATTEMPT = { business_date: '2021-10-20', attempt: 1 };
const PLAN = 'execution_input/agreements-2021-10-20';

interface Sizes {
  readonly mac: readonly number[];
  readonly pwm: readonly number[];
  readonly removals: number;
}

async function deltaOf({ mac, pwm, removals }: Sizes): Promise<MemoryObjectStore> {
  const delta = new MemoryObjectStore();
  const put = (folder: string, name: string, size: number) =>
    delta.put(`2021-10-20/1/${folder}/${name}.ndjson`, Buffer.alloc(size, 'x'));
  for (const [page, size] of mac.entries()) await put('2/mac', String(page).padStart(9, '0'), size);
  for (const [page, size] of pwm.entries()) await put('1/pwm', String(page).padStart(9, '0'), size);
  for (let part = 0; part < removals; part += 1) await put('1/pwm', part === 0 ? 'removals' : `removals-00${part}`, 3);
  await put('1/mac', '000000000', 50); // An earlier iteration.
  return delta;
}

/** Runs the state to its end; with `stops`, every turn does one slice. */
async function plan(delta: MemoryObjectStore, batches: number, stops: boolean) {
  const plans = new MemoryObjectStore();
  const namespaces = [
    { namespace: 'mac', iteration: 2 },
    { namespace: 'pwm', iteration: 1 },
  ];
  const input = { ...ATTEMPT, job_id: 'agreements-2021-10-20', max_parallel_executions: batches, namespaces };
  const deps = { delta, plans, shouldStop: () => stops, sliceBytes: 100 };
  let cursor: DeltaBatchesCursor | null = null;
  for (;;) {
    const output = await createDeltaBatches({ ...input, cursor }, deps);
    if (output.cursor === null) return { plans, output };
    expect(JSON.stringify(output.cursor).length).toBeLessThan(200);
    cursor = output.cursor;
  }
}

async function slicesOf(plans: MemoryObjectStore, batches: readonly number[]): Promise<readonly PlannedSlice[]> {
  const perBatch = await Promise.all(batches.map((batch) => readChunk(plans, PLAN, batch, 0)));
  const longest = Math.max(0, ...perBatch.map((slices) => slices.length));
  return Array.from({ length: longest }, (_, i) => perBatch.flatMap((slices) => slices[i] ?? [])).flat();
}

async function textOf(plans: MemoryObjectStore): Promise<readonly string[]> {
  const infos = await Array.fromAsync(plans.list(''));
  return Promise.all(infos.map(async ({ key }) => `${key}\n${await plans.get(key)}`));
}

const sizes = fc.record({
  mac: fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 30 }),
  pwm: fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 10 }),
  removals: fc.integer({ min: 0, max: 3 }),
});

describe('CreateBatchesForDeltaDocs', () => {
  it('puts every object of the last iteration into exactly one slice of one namespace, none above its size', () =>
    fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 5 }), async (given, batches) => {
        const { plans, output } = await plan(await deltaOf(given), batches, false);

        const slices = await slicesOf(plans, output.batch_index);
        expect(slices).toHaveLength(output.slices);
        expect(output.batch_index).toHaveLength(Math.min(batches, output.slices));
        const keys = slices.flatMap(({ objects }) => objects.map(({ key }) => key));
        expect(keys).toHaveLength(given.mac.length + given.pwm.length + given.removals);
        expect(new Set(keys).size).toBe(keys.length);
        for (const { namespace, objects } of slices) {
          const bytes = objects.reduce((sum, { size }) => sum + size, 0);
          expect(bytes <= 100 || objects.length === 1).toBe(true);
          expect(objects.every(({ key }) => key.includes(namespace === 'mac' ? '/2/mac/' : '/1/pwm/'))).toBe(true);
          expect(new Set(objects.map(({ key }) => key.includes('removals'))).size).toBe(1);
        }
        for (const [position, batch] of output.batch_index.entries()) {
          const info = await readBatchInfo(plans, PLAN, batch);
          expect(info?.slices).toBe(slices.filter((_, i) => i % batches === position).length);
        }
      }),
      { numRuns: 50 },
    ));

  it('writes the same plan in one turn, in many, and when it is run again', () =>
    fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 5 }), async (given, batches) => {
        const delta = await deltaOf(given);

        const [one, many] = [await plan(delta, batches, false), await plan(delta, batches, true)];

        expect(many.output).toEqual(one.output);
        expect(await textOf(many.plans)).toEqual(await textOf(one.plans));
      }),
      { numRuns: 30 },
    ));

  it('starts a new chunk after 1,000 slices of a batch, over several turns too', async () => {
    const delta = await deltaOf({ mac: Array.from({ length: 1003 }, () => 100), pwm: [], removals: 0 });

    const { plans, output } = await plan(delta, 1, true);

    expect(output).toMatchObject({ slices: 1003, batch_index: [0], plan: PLAN });
    expect((await readChunk(plans, PLAN, 0, 0)).map(({ slice }) => slice)).toEqual([...Array(1000).keys()]);
    expect((await readChunk(plans, PLAN, 0, 1)).map(({ slice }) => slice)).toEqual([1000, 1001, 1002]);
    expect(chunkKey(PLAN, 0, 1)).toBe(`${PLAN}/batch-000/chunk-000001.ndjson`);
  });

  it('packs a bounded number of nearly empty objects into a slice', async () => {
    const delta = new MemoryObjectStore();
    for (let page = 0; page <= SLICE_OBJECTS; page += 1) {
      await delta.put(`2021-10-20/1/1/mac/${String(page).padStart(9, '0')}.ndjson`, Buffer.alloc(0));
    }
    const input = { ...ATTEMPT, job_id: 'agreements-2021-10-20', max_parallel_executions: 2, cursor: null };
    const deps = { delta, plans: new MemoryObjectStore(), shouldStop: () => false };

    const output = await createDeltaBatches({ ...input, namespaces: [{ namespace: 'mac', iteration: 1 }] }, deps);

    expect(output.slices).toBe(2);
  });

  it('has no batch when there is nothing to transform', async () => {
    const { output } = await plan(await deltaOf({ mac: [], pwm: [], removals: 0 }), 3, false);

    expect(output).toEqual({ plan: PLAN, batch_index: [], slices: 0, cursor: null });
  });
});

describe('GetDeltaDocsBatchInfo', () => {
  it('gives the whole batch, or the part that was asked for, and refuses one outside', async () => {
    const { plans } = await plan(await deltaOf({ mac: [100, 100, 100], pwm: [], removals: 0 }), 1, false);
    const input = { ...ATTEMPT, plan: PLAN, batch: 0 };

    expect(await getDeltaDocsBatchInfo({ ...input, from: null, to: null }, { plans })).toEqual({ from: 0, to: 3 });
    expect(await getDeltaDocsBatchInfo({ ...input, from: 1, to: 2 }, { plans })).toEqual({ from: 1, to: 2 });
    const outside = getDeltaDocsBatchInfo({ ...input, from: 1, to: 4 }, { plans });
    await expect(outside).rejects.toMatchObject({ code: 'PLAN_INVALID' });
    const missing = getDeltaDocsBatchInfo({ ...input, batch: 7, from: null, to: null }, { plans });
    await expect(missing).rejects.toMatchObject({ code: 'PLAN_INVALID' });
  });

  it('refuses a damaged plan, naming its key', async () => {
    const plans = new MemoryObjectStore();
    await plans.put(`${PLAN}/batch-000/info.json`, Buffer.from('{"format":1'));
    const reading = getDeltaDocsBatchInfo({ ...ATTEMPT, plan: PLAN, batch: 0, from: null, to: null }, { plans });
    await expect(reading).rejects.toMatchObject({
      code: 'PLAN_INVALID',
      details: { key: `${PLAN}/batch-000/info.json` },
    });
  });
});
