import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes } from '../../src/agreements/byte-order.ts';
import type { Use } from '../../src/agreements/look-up-items.ts';
import { type A3Values, ROW_FIELDS } from '../../src/agreements/table-a3/fields.ts';
import { publishedFolder } from '../../src/publish/attempt-files.ts';
import { readParquetParts } from '../../src/publish/parquet/read-parquet-parts.ts';
import type { ChangeLine, RejectedEntry, RejectedText, TableRow } from '../../src/publish/published.ts';
import { readPublishedLines } from '../../src/publish/published-file-reader.ts';
import {
  openPublishedDay,
  type PublishedDay,
  readChanges,
  readFindings,
  readLedger,
  readRejected,
  readTable,
  readUses,
} from '../../src/publish/read-published.ts';
import type { SliceLine } from '../../src/publish/slice-output.ts';
import type { JobDailyA3Data } from '../../src/stores/job-daily-a3-data.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import {
  type DaySlice,
  fingerprint,
  publishDay,
  rejectedLine,
  runPhases,
  snapshot,
  transformedRow,
  validLine,
  writeSlices,
} from './day-fixture.ts';
import { expectedRow, parquetRows } from './parquet/read-parquet.ts';

const NAMESPACES = ['cct', 'mac'];
const IDS = ['a', 'aa', 'b', 'c-1', 'c-2', 'd', 'é', 'z', '\uffee', '\u{1f600}'];

type Op = 'valid' | 'rejected' | 'removed' | 'touched' | 'none';
interface DocumentPlan {
  readonly op: Op;
  readonly status: 'new' | 'changed' | 'reprocessed';
  readonly content: string;
  readonly rows: readonly { readonly id: string; readonly party: string; readonly refers: string | null }[];
  /** The slice that an unreadable row behind it goes to, `null`: there is none. */
  readonly unreadable: number | null;
  /** Which of the namespace's slices it goes to. */
  readonly slice: number;
}
type DayPlan = readonly (readonly DocumentPlan[])[];

const documentPlan: fc.Arbitrary<DocumentPlan> = fc.record({
  op: fc.constantFrom<Op>('valid', 'valid', 'valid', 'rejected', 'removed', 'touched', 'none', 'none'),
  status: fc.constantFrom('new', 'changed', 'reprocessed'),
  content: fc.constantFrom('p', 'q', 'r'),
  rows: fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('A-1', 'A-2', 'A-3', 'A-4'),
      party: fc.constantFrom('X', 'Y'),
      refers: fc.option(fc.constantFrom('A-1', 'A-4', 'A-9')),
    }),
    { minLength: 1, maxLength: 3, selector: ({ id, party }) => `${id} ${party}` },
  ),
  unreadable: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, fc.nat(3)),
  slice: fc.nat(3),
});
const dayPlan: fc.Arbitrary<DayPlan> = fc.tuple(
  ...NAMESPACES.map(() => fc.array(documentPlan, { minLength: IDS.length, maxLength: IDS.length })),
);
const days = fc.array(
  fc.record({
    plan: dayPlan,
    /** Slices (over both namespaces) that fail. */
    failed: fc.subarray([0, 1, 2, 3, 4, 5, 6, 7], { maxLength: 2 }),
    workers: fc.integer({ min: 1, max: 4 }),
    stopsAlways: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4 },
);

/** What a naive implementation keeps of a document. */
interface ModelDocument {
  readonly rows: readonly A3Values[];
  readonly uses: readonly Use[];
  readonly content: string | null;
  readonly staleSince: string | null;
  readonly rejected: { readonly content: string; readonly since: string } | null;
}
type Model = Map<string, ModelDocument>;
const EMPTY: ModelDocument = { rows: [], uses: [], content: null, staleSince: null, rejected: null };

function rowOf(plan: DocumentPlan, row: DocumentPlan['rows'][number]) {
  const values = {
    'A3.2': '5493001KJTIIGC8Y1R12',
    'A3.3': row.id,
    'A3.4': plan.content,
    'A3.6': row.party,
    'A3.12': row.refers,
  };
  return transformedRow(values, [{ table: 'Entity', key: row.party, version: plan.content }]);
}

function linesOf(id: string, plan: DocumentPlan): readonly SliceLine[] {
  const lines: SliceLine[] = [];
  const { op, status, content } = plan;
  if (op === 'valid') {
    const rows = plan.rows.map((row) => rowOf(plan, row));
    lines.push({ op, lex_id: id, status, fingerprint: fingerprint(content), rows, findings: [] });
  }
  if (op === 'rejected') lines.push({ ...rejectedLine(id, content), status });
  if (op === 'removed') lines.push({ op, lex_id: id });
  if (op === 'touched') lines.push({ op, lex_id: id, of: content === 'p' ? 'rejected' : 'good', raw_hash: 'n' });
  return lines;
}

/** The same text at the same place twice is two rows. */
function unreadableLine(id: string): SliceLine {
  const rule = { rule: 'LEX-unparsable', message: 'no JSON', raw: 'x', raw_encoding: 'utf-8' } as const;
  return { op: 'unreadable', lex_id: null, after_id: id, ...rule };
}

/** Four slices a namespace, interleaved at random. */
function slicesOf(plan: DayPlan, failed: readonly number[]): readonly DaySlice[] {
  return NAMESPACES.flatMap((namespace, n) =>
    [0, 1, 2, 3].map((slice) => ({
      namespace,
      lines: IDS.flatMap((id, i) => {
        const document = plan[n]?.[i];
        const own = document?.slice === slice ? linesOf(id, document) : [];
        return document?.unreadable === slice ? [...own, unreadableLine(id)] : own;
      }),
      failed: failed.includes(n * 4 + slice),
    })),
  );
}

function place(namespace: string, id: string): string {
  return JSON.stringify([namespace, id]);
}

/** The day after, and how many unreadable rows it has. */
function nextModel(model: Model, plan: DayPlan, failed: readonly number[], date: string): [Model, number] {
  const next = new Map(model);
  let unreadable = 0;
  for (const [n, namespace] of NAMESPACES.entries()) {
    for (const [i, id] of IDS.entries()) {
      const document = plan[n]?.[i];
      if (document === undefined) continue;
      if (document.unreadable !== null && !failed.includes(n * 4 + document.unreadable)) unreadable += 1;
      if (failed.includes(n * 4 + document.slice)) continue;
      const old = model.get(place(namespace, id)) ?? EMPTY;
      const now = nextDocument(old, document, date);
      if (now.rows.length === 0 && now.rejected === null) next.delete(place(namespace, id));
      else next.set(place(namespace, id), now);
    }
  }
  return [next, unreadable];
}

function nextDocument(old: ModelDocument, plan: DocumentPlan, date: string): ModelDocument {
  const { content } = plan;
  switch (plan.op) {
    case 'valid': {
      const rows = plan.rows.map((row) => rowOf(plan, row).values).sort((a, b) => compareBytes(rowKey(a), rowKey(b)));
      const uses = plan.rows.map(({ party }) => ({ table: 'Entity', key: party, version: content }) as const);
      return { rows, uses, content, staleSince: null, rejected: null };
    }
    case 'rejected': {
      const staleSince = old.rows.length === 0 ? null : (old.staleSince ?? date);
      return { ...old, staleSince, rejected: { content, since: date } };
    }
    case 'removed':
      return EMPTY;
    default:
      return old;
  }
}

/** Part by part; a shard without rejections has none. */
async function textsOf(a3: MemoryJobDailyA3Data, { folder, manifest }: PublishedDay): Promise<readonly unknown[]> {
  const lines: string[] = [];
  for (const { rejected, texts } of manifest.shards) {
    expect(texts?.lines ?? 0).toBe(rejected.lines);
    if (texts) for await (const batch of readPublishedLines(a3, folder, texts)) lines.push(...batch);
  }
  return lines.map((line) => JSON.parse(line));
}

function expectedText({ namespace, lex_id, place, kind, fingerprint }: RejectedEntry): RejectedText {
  const raw = kind === 'unreadable' ? 'x' : `{"raw":"${fingerprint?.content_hash.slice('content-'.length)}"}`;
  return { namespace, lex_id, place, kind, raw, raw_encoding: 'utf-8' };
}

function rowKey(values: A3Values): string {
  return `${values['A3.2']}|${values['A3.3']}|${values['A3.6']}`;
}

function placesOf(model: Model): readonly (readonly [string, string, ModelDocument])[] {
  return [...model]
    .map(([key, document]) => [...(JSON.parse(key) as [string, string]), document] as const)
    .sort(([a, b], [c, d]) => compareBytes(a, c) || compareBytes(b, d));
}

function modelTable(model: Model): readonly unknown[] {
  return placesOf(model).flatMap(([namespace, lex_id, { rows, staleSince, content }]) =>
    rows.map((values) => ({ namespace, lex_id, values, staleSince, content_hash: `content-${content}` })),
  );
}

function shownRow(row: TableRow): unknown {
  const { namespace, lex_id, lineage } = row;
  const values = Object.fromEntries(ROW_FIELDS.map((field) => [field, row[field]]));
  return { namespace, lex_id, values, staleSince: lineage.stale_since, content_hash: lineage.content_hash };
}

/** Uses with their places, from the model. */
function modelUses(model: Model): readonly string[] {
  const lines = placesOf(model).flatMap(([namespace, lexId, { uses, rejected, rows }]) => {
    // What a rejected document's rows were made with is of no use: the next look at it goes by its rejection.
    const own = rows.length === 0 || rejected !== null ? [] : uses;
    const refused = rejected === null ? [] : [{ table: 'Entity', key: `who-${rejected.content}`, version: 'absent' }];
    return [...own, ...refused].map(({ key, version }) => JSON.stringify([key, version, namespace, lexId]));
  });
  return [...new Set(lines)].sort();
}

function modelFindings(model: Model): readonly string[] {
  const rows = placesOf(model).flatMap(([namespace, lexId, document]) =>
    document.rows.map((values) => ({ document: place(namespace, lexId), values })),
  );
  const ids = [...new Set(rows.map(({ values }) => values['A3.3']))];
  const duplicates = ids.filter((id) => {
    const contents = new Map<string, string[]>();
    for (const { document, values } of rows.filter((row) => row.values['A3.3'] === id)) {
      contents.set(document, [...(contents.get(document) ?? []), JSON.stringify(values)].sort());
    }
    return new Set([...contents.values()].map((each) => each.join())).size > 1;
  });
  const targets = new Set(rows.map(({ values }) => values['A3.12']).filter((id) => id !== null && !ids.includes(id)));
  const dangling = [...targets].map(
    (id) => `TABLE-A3.12-dangling ${id} ${rows.filter(({ values }) => values['A3.12'] === id).length}`,
  );
  const doubled = duplicates.map(
    (id) => `TABLE-A3.3-duplicate ${id} ${rows.filter(({ values }) => values['A3.3'] === id).length}`,
  );
  const named = new Set(rows.map(({ values }) => values['A3.12']));
  const obligors = ids
    .filter((id) => named.has(id))
    .map((id) => `TABLE-A3.6.1-absent ${id} ${rows.filter(({ values }) => values['A3.3'] === id).length}`);
  return [...dangling, ...doubled, ...obligors].sort();
}

/** Base and change log together tell exactly how the table came to be. */
function checkChangeLog(base: Model, now: Model, changes: readonly ChangeLine[]): void {
  const rowsOf = (model: Model) =>
    new Map<string, Pick<ModelDocument, 'staleSince'> & { readonly values: A3Values }>(
      placesOf(model).flatMap(([namespace, lexId, { rows, staleSince }]) =>
        rows.map((values) => [`${place(namespace, lexId)} ${rowKey(values)}`, { values, staleSince }] as const),
      ),
    );
  const from = rowsOf(base);
  const to = rowsOf(now);
  const logged = new Map<string, ChangeLine>(
    changes.map((line) => [
      `${place(line.namespace, line.lex_id)} 5493001KJTIIGC8Y1R12|${line['A3.3']}|${line['A3.6']}`,
      line,
    ]),
  );
  expect(logged.size).toBe(changes.length);
  for (const key of new Set([...from.keys(), ...to.keys(), ...logged.keys()])) {
    const [old, row, line] = [from.get(key), to.get(key), logged.get(key)];
    if (old === undefined || row === undefined) {
      expect(line?.change).toBe(old === undefined ? 'added' : 'removed');
      continue;
    }
    const differing = ROW_FIELDS.filter((field) => old.values[field] !== row.values[field]);
    const stale = old.staleSince === row.staleSince ? null : { from: old.staleSince, to: row.staleSince };
    if (differing.length === 0 && stale === null) expect(line).toBeUndefined();
    else expect(line).toMatchObject({ change: 'changed', stale });
    if (line !== undefined) {
      expect(line.fields).toEqual(
        Object.fromEntries(differing.map((field) => [field, { from: old.values[field], to: row.values[field] }])),
      );
    }
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  return Array.fromAsync(items);
}

async function shardFiles(a3: JobDailyA3Data, folder: string): Promise<readonly (readonly [string, string])[]> {
  const files = await snapshot(a3, folder);
  return [...files]
    .map(([key, text]) => [key.slice(folder.length), text] as const)
    .filter(([key]) => key.includes('/shard-'));
}

describe('publishing day after day', () => {
  it('gives the table, rejected set, change log, uses, findings and ledger of a naive model', () =>
    fc.assert(
      fc.asyncProperty(days, async (plans) => {
        const a3 = new MemoryJobDailyA3Data();
        let model: Model = new Map();
        let base: string | null = null;
        for (const [day, { plan, failed, workers, stopsAlways }] of plans.entries()) {
          const id = { business_date: `2021-10-${10 + day}`, attempt: 1 };
          const slices = slicesOf(plan, failed);
          const [next, unreadable] = nextModel(model, plan, failed, id.business_date);

          const output = await publishDay(a3, id, base, slices, { workers, stopsAlways, listEntries: 3 });

          const published = await openPublishedDay(a3, output.manifest);
          const table = await collect(readTable(a3, published));
          expect(table.map(shownRow)).toEqual(modelTable(next));
          const parts = [...readParquetParts(a3, published)].map(({ pieces }) => Array.fromAsync(pieces));
          const parquet = await Promise.all((await Promise.all(parts)).map((part) => parquetRows(Buffer.concat(part))));
          expect(parquet.flat()).toEqual(table.map(expectedRow));
          const rejected = await collect(readRejected(a3, published));
          expect(await textsOf(a3, published)).toEqual(rejected.map(expectedText));
          expect(
            rejected
              .filter(({ kind }) => kind === 'document')
              .map(({ namespace, lex_id, since, fingerprint: of }) => [namespace, lex_id, since, of?.content_hash]),
          ).toEqual(
            placesOf(next).flatMap(([namespace, lexId, { rejected: entry }]) =>
              entry === null ? [] : [[namespace, lexId, entry.since, `content-${entry.content}`]],
            ),
          );
          expect(rejected.filter(({ kind }) => kind === 'unreadable')).toHaveLength(unreadable);
          const changes = await collect(readChanges(a3, published));
          checkChangeLog(model, next, changes);
          const uses = await collect(readUses(a3, published));
          expect(
            uses
              .flatMap(({ key, version, lex_ids }) =>
                lex_ids.map(({ namespace, lex_id }) => JSON.stringify([key, version, namespace, lex_id])),
              )
              .sort(),
          ).toEqual(modelUses(next));
          const findings = await collect(readFindings(a3, published));
          expect(findings.map(({ rule, value, count }) => `${rule} ${value} ${count}`)).toEqual(modelFindings(next));
          const ledger = await readLedger(a3, published);
          const of = (change: string) => changes.filter((line) => line.change === change).length;
          expect(ledger.rows).toMatchObject({ added: of('added'), removed: of('removed'), changed: of('changed') });
          expect(ledger.rows.total).toBe(table.length);
          expect(output).toMatchObject({ rows: table.length, table_findings: findings.length });
          model = next;
          base = output.manifest;
        }

        const date = `2021-10-${10 + plans.length - 1}`;
        const folders = [1, 2, 3].map((attempt) => publishedFolder({ business_date: date, attempt }));
        for (const attempt of [2, 3]) {
          const again = await publishDay(a3, { business_date: date, attempt }, base, []);
          const table_findings = modelFindings(model).length;
          expect(again).toMatchObject({ added: 0, changed: 0, removed: 0, table_findings });
          base = again.manifest;
        }
        const [first, second, third] = await Promise.all(folders.map((folder) => shardFiles(a3, folder)));
        const isKept = ([key]: readonly [string, string]) => /^\/(table|parquet|uses)\//.test(key);
        expect(second?.filter(isKept)).toEqual(first?.filter(isKept));
        // The unreadable rows of the day are gone in the second attempt, so all five kinds agree from there on.
        expect(third).toEqual(second);
      }),
      { numRuns: 30 },
    ));

  it('gives the same bytes with any number of workers, and changes nothing when run again', () =>
    fc.assert(
      fc.asyncProperty(days, fc.integer({ min: 1, max: 9 }), async (plans, workers) => {
        const stores = [new MemoryJobDailyA3Data(), new MemoryJobDailyA3Data()] as const;
        let base: string | null = null;
        for (const [day, { plan, failed }] of plans.entries()) {
          const id = { business_date: `2021-10-${10 + day}`, attempt: 1 };
          const slices = slicesOf(plan, failed);
          const one = await publishDay(stores[0], id, base, slices, { workers: 1 });
          await publishDay(stores[1], id, base, slices, { workers, stopsAlways: true });
          base = one.manifest;

          const first = await snapshot(stores[0], '');
          expect(await snapshot(stores[1], '')).toEqual(first);
          const again = await runPhases(stores[0], id, day === 0 ? null : `${previousOf(id)}`, slices, {
            workers,
            now: '2022-01-01T00:00:00Z',
          });
          expect(again).toEqual(one);
          expect(await snapshot(stores[0], '')).toEqual(first);
        }
      }),
      { numRuns: 20 },
    ));

  it('makes the Parquet of an untouched shard whose base has none, and from then on copies it', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const lines = [
      { namespace: 'mac', lines: [validLine('a', [transformedRow({ 'A3.3': 'A-1', 'A3.5': '2010-01-25' })])] },
    ];
    const { manifest } = await publishDay(a3, { business_date: '2021-10-20', attempt: 1 }, null, lines);
    const old = new MemoryJobDailyA3Data();
    for await (const { key } of a3.list('published')) {
      const body = (await a3.get(key))!;
      if (key.endsWith('.parquet')) continue;
      await old.putOnce(key, key.endsWith('manifest.json') ? withoutParquet(body) : body);
    }

    const next = await publishDay(old, { business_date: '2021-10-21', attempt: 1 }, manifest, []);

    const [before, after] = await Promise.all([openPublishedDay(a3, manifest), openPublishedDay(old, next.manifest)]);
    expect(after.manifest.shards.map(({ parquet }) => parquet)).toEqual(
      before.manifest.shards.map(({ parquet }) => parquet),
    );
    expect(next).toMatchObject({ rows: 1, changed: 0 });
    const made = [...readParquetParts(old, await openPublishedDay(old, manifest))];
    const published = await a3.get(`${before.folder}/${before.manifest.shards[0]?.parquet?.path}`);
    expect(Buffer.concat(await Array.fromAsync(made[0]!.pieces)).equals(published!)).toBe(true);
  });

  it('publishes neither more nor less than was listed when a failed slice writes its output late', async () => {
    const a3 = new MemoryJobDailyA3Data();
    const id = { business_date: '2021-10-20', attempt: 1 };
    const good: DaySlice = { namespace: 'mac', lines: [rejectedLine('a')] };
    const slow: DaySlice = { namespace: 'mac', lines: [rejectedLine('b')], failed: true };
    const output = await publishDay(a3, id, null, [good, slow]);
    await writeSlices(a3, id, [good, { ...slow, failed: false }]);

    const again = await runPhases(a3, id, null, [good, slow]);

    expect(again).toEqual(output);
    expect(again.rejected).toBe(1);
  });
});

/** A manifest as it was before there was Parquet. */
function withoutParquet(manifest: Buffer): Buffer {
  const leaveOut = (key: string, value: unknown) => (key === 'parquet' ? undefined : value);
  return Buffer.from(JSON.stringify(JSON.parse(manifest.toString()), leaveOut));
}

function previousOf(id: { readonly business_date: string }): string {
  const date = `2021-10-${Number(id.business_date.slice(-2)) - 1}`;
  return `${publishedFolder({ business_date: date, attempt: 1 })}/manifest.json`;
}
