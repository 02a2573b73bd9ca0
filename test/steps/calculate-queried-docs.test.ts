import { describe, expect, it } from 'vitest';
import { PermanentError, TransientError } from '../../src/errors.ts';
import type { LexRequest, MemoryLexOptions, MemoryLexSource } from '../fakes/memory-lex-source.ts';
import { GARBAGE, NAMESPACE, QuerySetting } from './query-setting.ts';

const ids = (count: number) => Array.from({ length: count }, (_, i) => `d${String(i).padStart(3, '0')}`);
const removals = [{ accept: 'removals' as const, by: 'ann', reason: 'really gone' }];

/** All listed documents are known, `gone` is known and not listed. */
async function knownSetting(count: number, gone: readonly string[] = [], options: MemoryLexOptions = {}) {
  const setting = new QuerySetting(options);
  for (const id of ids(count)) await setting.list(id).know(id);
  for (const id of gone) await setting.know(id);
  return setting;
}

/** Does something to the listing before the request for the rows from `offset` on, once. */
function beforeRowsFrom(offset: number, change: (lex: MemoryLexSource) => void): MemoryLexOptions {
  let isDone = false;
  return {
    onRequest: (request: LexRequest, lex) => {
      if (isDone || request.kind !== 'rows' || request.offset !== offset) return;
      isDone = true;
      change(lex);
    },
  };
}

async function removedBy(setting: QuerySetting): Promise<readonly (string | null)[]> {
  const lines = (await setting.object('removals'))?.lines ?? [];
  return lines.filter(({ op }) => op === 'remove').map(({ lex_id }) => lex_id);
}

/** Over all parts, in their order; for each document why it was held back. */
async function heldBy(setting: QuerySetting): Promise<readonly (readonly [string, string])[]> {
  const objects = (await setting.objects()).filter(({ name }) => name.startsWith('removals'));
  return objects.flatMap(({ lines }) =>
    lines.flatMap((line) => (line.op === 'held' ? [[line.lex_id, line.reason] as const] : [])),
  );
}

describe('CalculateAndUpdateQueriedDocsInNamespace, joints', () => {
  it('reads again around a joint that deletions have torn apart', async () => {
    const setting = await knownSetting(
      9,
      [],
      beforeRowsFrom(2, (lex) => {
        for (const id of ['d000', 'd001']) lex.remove(id);
      }),
    );

    await setting.query(1, 3);
    const counts = await setting.calculate(3);

    // d000 to d002 were read before two of them went; d003 and d004 had moved before the second page.
    expect(counts).toMatchObject({
      unchanged: 9,
      total_docs_queried: 9,
      repaired_joints: 1,
      complete: true,
      removed: 0,
    });
    const repair = await setting.object('000000001-repair');
    expect(repair?.header).toMatchObject({ kind: 'repair', after: 'd002', through: 'd004', counts: { unchanged: 2 } });
  });

  it('counts a document once where insertions make two pages overlap', async () => {
    const options = beforeRowsFrom(2, (lex) => lex.put('a', '{"lexId":"a"}'));
    const setting = await knownSetting(9, [], options);

    await setting.query(1, 3);
    const counts = await setting.calculate(3);

    expect(counts).toMatchObject({ unchanged: 9, new: 0, total_docs_queried: 9, repaired_joints: 0, complete: true });
    expect((await setting.object('000000001'))?.header).toMatchObject({ after: 'd002', counts: { unchanged: 2 } });
  });

  it('voids a page that its neighbours cover wholly, and those behind the end', async () => {
    const inserted = Array.from({ length: 6 }, (_, i) => `a${i}`);
    const options = beforeRowsFrom(2, (lex) => {
      for (const id of inserted) lex.put(id, `{"lexId":"${id}"}`);
    });
    const setting = await knownSetting(4, [], options);

    await setting.query(1, 3);
    const counts = await setting.calculate(3);

    expect(counts).toMatchObject({ unchanged: 4, new: 0, complete: true });
    expect((await setting.object('000000001'))?.header.kind).toBe('void');
    expect((await setting.object('000000001'))?.lines).toEqual([]);
  });

  it('reads on to the end where the listing became too short for the next page to join', async () => {
    const options = beforeRowsFrom(5, (lex) => {
      for (const id of ids(4)) lex.remove(id);
    });
    const setting = await knownSetting(8, [], options);

    await setting.query(1, 3);
    const counts = await setting.calculate(3);

    expect((await setting.object('000000002'))?.header).toMatchObject({ through: null, reached_end: false });
    expect(counts).toMatchObject({ unchanged: 8, complete: true, repaired_joints: 1 });
  });

  it('leaves a gap where a hole cannot be read, removes nothing in it, and says why', async () => {
    let isDown = false;
    const setting = await knownSetting(9, ['d003x'], {
      onRequest: (request) => {
        if (isDown && request.kind === 'rows') throw new TransientError('LEX_TIMEOUT', 'Lex did not answer.');
      },
    });
    await setting.query(1, 3);
    await setting.delta.put(`${setting.folder}/000000001.ndjson`, await failedPage(setting));
    isDown = true;

    const counts = await setting.calculate(3, { overrides: removals });

    expect(counts).toMatchObject({ complete: false, gaps: 1, failed_pages: 1, total_docs_queried: 6, removed: 0 });
    expect(counts.cause).toBe('LEX_TIMEOUT: Lex did not answer.');
    isDown = false;
    expect(await setting.calculate(3, { overrides: removals })).toEqual(counts);
  });

  it('tells a cause in few words: the counts of a hundred namespaces stand in one state', async () => {
    let isDown = false;
    const setting = await knownSetting(9, [], {
      onRequest: (request) => {
        if (isDown && request.kind === 'rows') throw new TransientError('LEX_TIMEOUT', `${'é'.repeat(2_000)}.`);
      },
    });
    await setting.query(1, 3);
    await setting.delta.put(`${setting.folder}/000000001.ndjson`, await failedPage(setting));
    isDown = true;

    const { cause } = await setting.calculate(3);

    expect(cause).toMatch(/^LEX_TIMEOUT: é+…$/);
    expect(cause).toHaveLength(500);
  });

  it('reads the pages of a worker that died', async () => {
    const setting = await knownSetting(12);
    for (const batch of [0, 1, 3]) await setting.work(batch, 4, 2);

    const counts = await setting.calculate(2, { workers: [{ batch: 2, error: 'Lambda.Unknown: gone' }] });

    // Page 2, and page 6 that would have told the end.
    expect(counts).toMatchObject({ unchanged: 12, failed_pages: 2, repaired_joints: 2, complete: true, cause: null });
  });

  it("leaves most of a namespace a gap that no worker could read, and tells the worker's error", async () => {
    const setting = await knownSetting(40, [], {
      onRequest: () => {
        throw new PermanentError('LEX_UNAUTHORIZED', 'Lex refused the token.');
      },
    });

    const counts = await setting.calculate(2, { workers: [{ batch: 0, error: 'PermanentError: no token' }] });

    expect(counts).toMatchObject({ total_docs: 40, total_docs_queried: 0, gaps: 1, complete: false, removed: 0 });
    expect(counts.cause).toContain('LEX_UNAUTHORIZED');
  });

  it('works in turns with a cursor of a few fields, to the same result', async () => {
    const whole = await knownSetting(30, ['a', 'd005x', 'z']);
    const turns = await knownSetting(30, ['a', 'd005x', 'z']);
    for (const setting of [whole, turns]) await setting.query(3, 4);

    const counts = await turns.calculate(4, {}, { shouldStop: () => true });

    expect(counts).toEqual(await whole.calculate(4));
    const { cursor } = await turns.calculateTurn(4, {}, { shouldStop: () => true });
    expect(JSON.stringify(cursor).length).toBeLessThan(1024);
    expect(Object.values(cursor ?? {}).every((value) => value === null || typeof value !== 'object')).toBe(true);
  });

  it('writes the row of the namespace and iteration', async () => {
    const setting = await knownSetting(5, ['gone']);
    await setting.query(1, 2);

    const counts = await setting.calculate(2);

    const rows = await Array.fromAsync(setting.queryCounts.list('agreements-2021-10-20'));
    expect(rows).toEqual([{ job_id: 'agreements-2021-10-20', ...counts }]);
    expect(counts).toMatchObject({ total_docs: 5, total_docs_queried: 5, unchanged: 5, removed: 1, planned: 0 });
  });
});

async function failedPage(setting: QuerySetting): Promise<Buffer> {
  const header = (await setting.object('000000001'))?.header;
  return Buffer.from(`${JSON.stringify({ ...header, status: 'failed', through: null, error: 'LEX_BUSY: Busy.' })}\n`);
}

describe('CalculateAndUpdateQueriedDocsInNamespace, removals', () => {
  it('removes what Lex says is not there, and keeps what it has after all', async () => {
    const setting = await knownSetting(6, ['a', 'd002x', 'z']);
    await setting.query(2, 2);
    setting.list('d002x');

    const counts = await setting.calculate(2);

    expect(counts).toMatchObject({ removed: 2, removals_held: 0 });
    expect(await removedBy(setting)).toEqual(['a', 'z']);
    expect((await setting.object('removals'))?.header).toMatchObject({ kind: 'removals', parts: 0 });
  });

  it('takes absence from a complete namespace for proof where Lex has no get-by-id', async () => {
    const setting = await knownSetting(6, ['a', 'z'], { hasGetById: false });
    await setting.query(2, 2);

    expect(await setting.calculate(2)).toMatchObject({ removed: 2, complete: true });
  });

  it('removes nothing from a namespace with a gap where Lex has no get-by-id', async () => {
    let isDown = false;
    const setting = await knownSetting(9, ['a', 'z'], {
      hasGetById: false,
      onRequest: ({ kind }) => {
        if (isDown && kind === 'rows') throw new TransientError('LEX_TIMEOUT', 'Lex did not answer.');
      },
    });
    await setting.query(1, 3);
    await setting.delta.put(`${setting.folder}/000000001.ndjson`, await failedPage(setting));
    isDown = true;

    expect(await setting.calculate(3)).toMatchObject({ removed: 0, removals_held: 2, complete: false });
    expect(await removedBy(setting)).toEqual([]);
    expect(await heldBy(setting)).toEqual([
      ['a', 'not_proven'],
      ['z', 'not_proven'],
    ]);
  });

  it('removes nothing from a page with an unreadable row, which may be the one that is missed', async () => {
    const setting = await knownSetting(6, ['d001x', 'd004x']);
    setting.list('d001y', GARBAGE);
    await setting.query(1, 4);

    expect(await setting.calculate(4)).toMatchObject({ removed: 1, unreadable: 1 });
    expect(await removedBy(setting)).toEqual(['d004x']);
  });

  it.each([
    ['none is held at the bound', 0.2, 2, 0],
    ['all are held above it', 0.19, 0, 2],
  ])('%s', async (_, max_removed_percentage, removed, removals_held) => {
    const setting = await knownSetting(8, ['a', 'z']);
    await setting.query(1, 3);

    const counts = await setting.calculate(3, { max_removed_percentage });

    expect(counts).toMatchObject({ removed, removals_held });
    expect((await removedBy(setting)).length).toBe(removed);
  });

  it('holds none at a bound that has no exact double: 29 of 100 are 0.29, though 0.29 × 100 is less than 29', async () => {
    const gone = Array.from({ length: 29 }, (_, i) => `x${i + 10}`);
    const setting = await knownSetting(71, gone);
    await setting.query(1, 50);

    expect(await setting.calculate(50, { max_removed_percentage: 0.29 })).toMatchObject({ removed: 29 });
    expect(await setting.calculate(50, { max_removed_percentage: 0.28 })).toMatchObject({ removals_held: 29 });
  });

  it('holds all back when the bound is passed, what it had written too, and carries all out when an operator accepts it', async () => {
    const gone = Array.from({ length: 40 }, (_, i) => `x${i + 10}`);
    const setting = await knownSetting(20, gone);
    await setting.query(1, 5);
    setting.list('x12'); // It came back after its page was read.
    const left = gone.filter((id) => id !== 'x12');
    const deps = { maxPartBytes: 300, shouldStop: () => true };

    const held = await setting.calculate(5, { max_removed_percentage: 0.5 }, deps);
    const objects = await setting.objects();
    const listed = await heldBy(setting);
    const accepted = await setting.calculate(5, { max_removed_percentage: 0.5, overrides: removals }, deps);

    expect(held).toMatchObject({ removed: 0, removals_held: 39 });
    const lines = objects.filter(({ name }) => name.startsWith('removals')).flatMap((one) => one.lines);
    expect(lines.every(({ op }) => op === 'held')).toBe(true);
    expect(listed).toEqual(left.map((id) => [id, 'too_many']));
    expect(accepted).toMatchObject({ removed: 39, removals_held: 0 });
    const removed = (await setting.objects())
      .filter(({ name }) => name.startsWith('removals'))
      .flatMap((one) => one.lines);
    expect(removed).toEqual(left.map((lex_id) => ({ op: 'remove', lex_id })));
  });

  it('decides nothing else when turns are cut off and done again, even if Lex answers otherwise by then', async () => {
    const gone = Array.from({ length: 40 }, (_, i) => `x${i + 10}`);
    let isBack = false;
    const setting = await knownSetting(20, gone, {
      onRequest: (request, lex) => {
        if (request.kind === 'document' && request.id === 'x11') throw new TransientError('LEX_BUSY', 'Lex is busy.');
        if (request.kind === 'document' && isBack) for (const id of gone) lex.put(id, Buffer.from(`{"lexId":"${id}"}`));
      },
    });
    await setting.query(1, 5);
    const deps = { maxPartBytes: 300, shouldStop: () => true };
    const input = { max_removed_percentage: 0.5, total_docs: 20 };

    let output = await setting.calculateTurn(5, input, deps);
    while (output.cursor !== null) {
      const { cursor } = output;
      isBack = cursor['is_held_back'] === true;
      if (isBack) await setting.calculateTurn(5, { ...input, cursor }, deps);
      output = await setting.calculateTurn(5, { ...input, cursor }, deps);
    }

    expect(output.counts).toMatchObject({ removed: 0, removals_held: 40 });
    const listed = await heldBy(setting);
    expect(listed.map(([id]) => id)).toEqual(gone);
    expect(listed.filter(([, reason]) => reason !== 'too_many')).toEqual([['x11', 'unanswered']]);
  });

  it('holds back what Lex cannot be asked about', async () => {
    const setting = await knownSetting(6, ['a', 'z'], {
      onRequest: (request) => {
        if (request.kind === 'document' && request.id === 'a') throw new TransientError('LEX_BUSY', 'Lex is busy.');
      },
    });
    await setting.query(1, 3);

    expect(await setting.calculate(3)).toMatchObject({ removed: 1, removals_held: 1 });
    expect(await removedBy(setting)).toEqual(['z']);
    expect(await heldBy(setting)).toEqual([['a', 'unanswered']]);
  });

  it('leaves no removals behind that an earlier call had found', async () => {
    const setting = await knownSetting(6, ['z']);
    await setting.query(1, 3);
    await setting.calculate(3);
    setting.list('z');

    expect(await setting.calculate(3)).toMatchObject({ removed: 0 });
    expect((await setting.object('removals'))?.header.kind).toBe('void');
  });
});

describe('CalculateAndUpdateQueriedDocsInNamespace, empty namespaces', () => {
  it('is complete, and asks for nothing, where nothing is counted and nothing is known', async () => {
    const setting = new QuerySetting();

    expect(await setting.calculate(10)).toMatchObject({ total_docs_queried: 0, complete: true, gaps: 0, cause: null });
    expect(setting.lex.requests).toEqual([]);
  });

  it('fails a namespace that had documents and lists none, until an operator accepts it', async () => {
    const setting = await knownSetting(0, ['a', 'b']);

    await expect(setting.calculate(10)).rejects.toMatchObject({ code: 'NAMESPACE_EMPTIED' });

    expect(await setting.calculate(10, { overrides: removals })).toMatchObject({ removed: 2, complete: true });
    expect(await removedBy(setting)).toEqual(['a', 'b']);
  });

  it('fails it too when all documents went between the count and the first page', async () => {
    const setting = await knownSetting(0, ['a']);
    await setting.query(1, 10);

    await expect(setting.calculate(10, { total_docs: 5 })).rejects.toMatchObject({ code: 'NAMESPACE_EMPTIED' });
  });

  it('fails it when Lex counts none and cannot be read either', async () => {
    const setting = await knownSetting(0, ['a'], {
      onRequest: () => {
        throw new TransientError('LEX_UNREACHABLE', 'Lex is away.');
      },
    });

    await expect(setting.calculate(10)).rejects.toMatchObject({ code: 'NAMESPACE_EMPTIED' });
  });

  it('reads what came after the count said that there is nothing', async () => {
    const setting = new QuerySetting();
    setting.list('a');
    await setting.hashes.apply(NAMESPACE, [], { fence: 1, business_date: '2021-10-19' });
    await setting.know('a');

    expect(await setting.calculate(10, { total_docs: 0 })).toMatchObject({ unchanged: 1, complete: true });
  });
});
