/** The query stage over a Lex that changes between any two requests: what must hold whatever comes and goes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes } from '../../src/agreements/byte-order.ts';
import { TransientError } from '../../src/errors.ts';
import type { CalculateCursor, CalculateQueriedDocsOutput, NamespaceCounts } from '../../src/job/contracts.ts';
import type { PageHeader, PageLine } from '../../src/steps/pages/page-object.ts';
import type { HashEntry } from '../../src/stores/agreement-hash.ts';
import type { LexRequest, MemoryLexSource } from '../fakes/memory-lex-source.ts';
import { MemoryObjectStore } from '../fakes/memory-object-store.ts';
import { documentOf, GARBAGE, NAMESPACE, QuerySetting, UNREADABLE } from './query-setting.ts';

/** Ids that sort otherwise by UTF-16 units than by bytes are among them. */
const IDS = [
  ...Array.from({ length: 22 }, (_, i) => `d${String(i).padStart(2, '0')}`),
  'd1',
  '\uFFFD',
  '\u{1F600}',
].sort(compareBytes);
const TEXTS = ['a', 'b'];

interface Known {
  readonly as: 'good' | 'rejected';
  readonly text: string;
  readonly touched: boolean;
  readonly isOldMapping: boolean;
}
interface Plan {
  /** What Lex lists at first, by id. */
  readonly listed: readonly (string | null)[];
  readonly known: readonly (Known | null)[];
  /** Before the request of this number, `id` gets this text, or goes. */
  readonly moves: readonly { readonly request: number; readonly id: number; readonly text: string | null }[];
  readonly failures: readonly number[];
  readonly maxRows: readonly number[];
  readonly pageSize: number;
  readonly workers: number;
  readonly hasGetById: boolean;
  readonly reprocess: readonly number[];
  /** Every so many pages a turn ends. */
  readonly turn: number;
  /** Bytes above which an object is split. */
  readonly maxPartBytes: number;
  /** The write of CalculateAndUpdateQueriedDocsInNamespace at which its process is killed, again and again. */
  readonly killAt: number;
  /** Whether it begins again from the beginning, and not from the cursor of its turn. */
  readonly isKilledForGood: boolean;
}

const known = fc.option(
  fc.record({
    as: fc.constantFrom('good' as const, 'rejected' as const),
    text: fc.constantFrom(...TEXTS),
    touched: fc.boolean(),
    isOldMapping: fc.boolean(),
  }),
  { freq: 3 },
);
const readable = fc.constantFrom(...TEXTS);
const text = fc.oneof(
  { arbitrary: readable, weight: 6 },
  { arbitrary: fc.constantFrom(GARBAGE, UNREADABLE), weight: 1 },
);
const perId = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: IDS.length, maxLength: IDS.length });
const plansOf = (text: fc.Arbitrary<string>): fc.Arbitrary<Plan> =>
  fc.record({
    listed: perId(fc.option(text, { freq: 4 })),
    known: perId(known),
    moves: fc.array(
      fc.record({
        request: fc.nat(25),
        id: fc.nat(IDS.length - 1),
        text: fc.option(text, { freq: 1 }),
      }),
      { maxLength: 14 },
    ),
    failures: fc.oneof(fc.constant([]), fc.array(fc.nat(30), { maxLength: 12 })),
    maxRows: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 6 }),
    pageSize: fc.integer({ min: 1, max: 8 }),
    workers: fc.integer({ min: 1, max: 4 }),
    hasGetById: fc.boolean(),
    reprocess: fc.array(fc.nat(IDS.length - 1), { maxLength: 4 }),
    turn: fc.integer({ min: 1, max: 4 }),
    maxPartBytes: fc.constantFrom(200, 500, 1_000_000),
    killAt: fc.integer({ min: 1, max: 12 }),
    isKilledForGood: fc.boolean(),
  });
/** Half of them with rows that are no documents. */
const plans = fc.oneof(plansOf(readable), plansOf(text));

interface Result {
  readonly setting: QuerySetting;
  readonly counts: NamespaceCounts;
  /** JobDailyDelta before the pages were joined. */
  readonly snapshot: MemoryObjectStore;
  /** Joins the pages once more, with a Lex that keeps still now. */
  readonly again: () => Promise<NamespaceCounts>;
  readonly entries: readonly HashEntry[];
  /** Ids that the script never touched. */
  readonly still: ReadonlySet<string>;
}

/** Lex moves while the pages are read, and while they are joined where `movesToTheEnd`. */
async function run(plan: Plan, movesToTheEnd = true): Promise<Result> {
  let isFrozen = false;
  const setting = new QuerySetting({
    hasGetById: plan.hasGetById,
    maxRows: maxRowsOf(plan),
    onRequest: ({ number }, lex) => {
      if (isFrozen) return;
      for (const { request, id, text } of plan.moves) if (request === number) move(lex, IDS[id] as string, text);
      if (plan.failures.includes(number)) throw new TransientError('LEX_UNREACHABLE', 'Lex was not there.');
    },
  });
  for (const [i, id] of IDS.entries()) {
    const text = plan.listed[i] ?? null;
    if (text !== null) setting.list(id, text);
    const entry = plan.known[i] ?? null;
    if (entry === null) continue;
    const fingerprint = {
      ...(entry.touched ? { raw_hash: null } : {}),
      ...(entry.isOldMapping ? { mapping_version: 'old' } : {}),
    };
    await setting.know(id, entry.text, { as: entry.as, fingerprint });
  }
  const list = [...new Set(plan.reprocess)].map((i) => IDS[i] as string).sort(compareBytes);
  const lines = [{ format: 1, all: false, count: list.length }, ...list].map((line) => `${JSON.stringify(line)}\n`);
  await setting.delta.put('2021-10-20/1/reprocess/mac.ndjson', Buffer.from(lines.join('')));
  let asked = 0;
  const shouldStop = () => {
    asked += 1;
    return asked % plan.turn === 0;
  };
  const total_docs = setting.lex.rows.length;
  const { maxPartBytes } = plan;
  const work = (batch: number) =>
    setting.work(batch, plan.workers, plan.pageSize, { shouldStop, maxPartBytes }).catch(isLexFailure);
  await Promise.all(Array.from({ length: plan.workers }, (_, batch) => work(batch)));
  // An operator accepts whatever goes, so that no property hides behind a bound.
  const input = { total_docs, overrides: [{ accept: 'removals' as const, by: 'ann', reason: 'test' }] };
  isFrozen = !movesToTheEnd;
  const snapshot = await copyOf(setting.delta);
  const counts = await setting.calculate(plan.pageSize, input, { shouldStop, maxPartBytes });
  isFrozen = true;
  const again = () => setting.calculate(plan.pageSize, input, { maxPartBytes });
  const moved = new Set(plan.moves.map(({ id }) => IDS[id] as string));
  const entries = (await Array.fromAsync(setting.hashes.readRange(NAMESPACE, null, null))).flat();
  return { setting, counts, snapshot, again, entries, still: new Set(IDS.filter((id) => !moved.has(id))) };
}

/** Answers of the same request are as short in every run. */
function maxRowsOf({ maxRows }: Plan): (request: LexRequest) => number {
  return (request) =>
    request.kind === 'rows' ? (maxRows[request.offset % Math.max(1, maxRows.length)] ?? 1000) : 1000;
}

function move(lex: MemoryLexSource, id: string, text: string | null): void {
  if (text === null) lex.remove(id);
  else lex.put(id, documentOf(id, text));
}

/** A worker that dies leaves gaps; any other error is a defect. */
function isLexFailure(error: unknown): void {
  if (!(error instanceof TransientError)) throw error;
}

async function copyOf(store: MemoryObjectStore): Promise<MemoryObjectStore> {
  const copy = new MemoryObjectStore();
  for await (const { key } of store.list('')) await copy.put(key, (await store.get(key)) as Buffer);
  return copy;
}

interface FinalObject {
  readonly name: string;
  readonly header: PageHeader;
  /** Those of the parts, then those of the header's object. */
  readonly lines: readonly PageLine[];
}
const isRead = ({ kind, status, reached_end, through }: PageHeader) =>
  (kind === 'page' || kind === 'repair') && status === 'read' && (reached_end || through !== null);
const isIn = (id: string, { after, through }: PageHeader) =>
  (after === null || compareBytes(id, after) > 0) && (through === null || compareBytes(id, through) <= 0);
const hasOutcome = ({ op }: PageLine) => op === 'put' || op === 'touch' || op === 'unreadable';
const isReadable = ({ op }: PageLine) => op !== 'unreadable';
/** What a line says of its document. */
const tellOf = (line: PageLine) =>
  line.op === 'put' ? line.status : line.op === 'touch' ? `touch ${line.of}` : line.op;

/** What is left for the transformation, in id order, with the parts put together; nothing else may hold a line. */
async function finals(setting: QuerySetting): Promise<readonly FinalObject[]> {
  const parts = new Map<string, PageLine[]>();
  const found: FinalObject[] = [];
  for (const { name, header, lines } of await setting.objects()) {
    if (name.startsWith('removals')) continue;
    const [, stem = '', part] = /^(.+?)(-\d{3})?$/.exec(name) ?? [];
    if (part !== undefined) {
      expect(lines.length === 0 || header.kind === 'part').toBe(true);
      parts.set(stem, [...(parts.get(stem) ?? []), ...lines]);
      continue;
    }
    const all = [...(parts.get(stem) ?? []), ...lines];
    if (isRead(header)) found.push({ name, header, lines: all });
    else expect(all).toEqual([]);
    parts.delete(stem);
  }
  expect([...parts.values()].flat()).toEqual([]); // Parts without a header.
  return found;
}

async function removedIn(setting: QuerySetting): Promise<readonly string[]> {
  const objects = (await setting.objects()).filter(({ name }) => name.startsWith('removals'));
  return objects.flatMap(({ lines }) => lines.map(({ lex_id }) => lex_id as string));
}

/** The outcome that a document which never moved must have. */
function expectedOf(plan: Plan, id: string): string | null {
  const i = IDS.indexOf(id);
  const text = plan.listed[i] ?? null;
  if (text === null || text === GARBAGE) return null;
  if (text === UNREADABLE) return 'unreadable';
  const entry = plan.known[i] ?? null;
  if (entry === null) return 'new';
  if (entry.isOldMapping || entry.text !== text) return 'changed';
  if (plan.reprocess.includes(i)) return 'reprocessed';
  if (entry.touched) return `touch ${entry.as}`;
  return null;
}

const timeless = ({ name, header, lines }: FinalObject) => ({ name, header: { ...header, read_at: '' }, lines });

/** Each time it gets a few writes further; a turn goes on from its cursor, as the machine's Retry does. */
async function calculateWithKills(setting: QuerySetting, plan: Plan, total_docs: number): Promise<NamespaceCounts> {
  const input = { total_docs, overrides: [{ accept: 'removals' as const, by: 'ann', reason: 'test' }] };
  let asked = 0;
  const shouldStop = () => {
    asked += 1;
    return asked % plan.turn === 0;
  };
  const { pageSize, maxPartBytes } = plan;
  let cursor: CalculateCursor | null = null;
  for (let allowed = plan.killAt; ; allowed += plan.killAt) {
    let writes = 0;
    const put = async (key: string, body: Uint8Array) => {
      writes += 1;
      if (writes > allowed) throw new Error('killed');
      await setting.delta.put(key, body);
    };
    const delta = { put, get: setting.delta.get.bind(setting.delta), list: setting.delta.list.bind(setting.delta) };
    try {
      for (;;) {
        const deps = { shouldStop, maxPartBytes, delta };
        const output: CalculateQueriedDocsOutput = await setting.calculateTurn(pageSize, { ...input, cursor }, deps);
        if (output.cursor === null) return output.counts;
        cursor = output.cursor;
      }
    } catch (error) {
      if (!(error instanceof Error && error.message === 'killed')) throw error;
      if (plan.isKilledForGood) cursor = null;
    }
  }
}

/** Answers are joined by documents: one of them, and the next beyond what is between, must fit into one answer. */
function canBeJoined(plan: Plan): boolean {
  return longestUnreadableRun(plan) < Math.min(plan.pageSize, ...plan.maxRows.map((rows) => rows - 1));
}

function longestUnreadableRun({ listed }: Plan): number {
  let longest = 0;
  let run = 0;
  for (const text of listed.filter((one) => one !== null)) {
    run = TEXTS.includes(text) ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

const options = { numRuns: Number(process.env['QUERY_STAGE_RUNS'] ?? 120) };

describe('the query stage, whatever comes and goes', () => {
  it('tiles the id space: no two objects cover the same id, and without a gap every id is covered', () =>
    fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { setting, counts } = await run(plan);
        const objects = await finals(setting);

        for (const id of IDS) {
          const covering = objects.filter(({ header }) => isIn(id, header));
          expect(covering.length).toBeLessThanOrEqual(1);
          if (counts.complete && objects.length > 0) expect(covering.length).toBe(1);
        }
      }),
      options,
    ));

  it('gives every document that was there throughout exactly the one outcome that it must have', () =>
    fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { setting, still } = await run(plan);

        for (const { header, lines } of await finals(setting)) {
          for (const id of still) {
            if (!isIn(id, header)) continue;
            const found = lines.filter((line) => line.lex_id === id && hasOutcome(line));
            expect([id, found.map(tellOf)]).toEqual([id, [expectedOf(plan, id)].filter((one) => one !== null)]);
          }
        }
      }),
      options,
    ));

  it('has no id with two lines, and none outside the range of its object', () =>
    fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { setting } = await run(plan);
        const seen = new Set<string>();

        for (const { header, lines } of await finals(setting)) {
          for (const { lex_id } of lines.filter(isReadable)) {
            expect(seen.has(lex_id as string)).toBe(false);
            expect(isIn(lex_id as string, header)).toBe(true);
            seen.add(lex_id as string);
          }
          const ids = lines.filter(isReadable).map(({ lex_id }) => lex_id as string);
          expect(ids).toEqual(ids.toSorted(compareBytes));
        }
      }),
      options,
    ));

  it('counts what its lines and the known documents say, page by page and in the whole', () =>
    fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { setting, counts, entries } = await run(plan);
        const sums = { new: 0, changed: 0, reprocessed: 0, touched: 0, unchanged: 0, standing: 0, unreadable: 0 };

        for (const { header, lines } of await finals(setting)) {
          const inRange = entries.filter(({ lex_id }) => isIn(lex_id, header));
          const withLine = new Set(lines.filter(isReadable).map(({ lex_id }) => lex_id));
          const quiet = inRange.filter(({ lex_id }) => !withLine.has(lex_id));
          const count = (told: string) => lines.filter((line) => tellOf(line) === told).length;
          expect(header.counts).toEqual({
            new: count('new'),
            changed: count('changed'),
            reprocessed: count('reprocessed'),
            touched: count('touch good'),
            unchanged: quiet.filter(({ rejected }) => rejected === null).length,
            standing: count('touch rejected') + quiet.filter(({ rejected }) => rejected !== null).length,
            unreadable: count('unreadable'),
          });
          expect(header.known).toBe(inRange.length);
          expect([0, count('candidate')]).toContain(header.candidates);
          for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += header.counts[key];
        }
        expect(counts).toMatchObject(sums);
      }),
      options,
    ));

  it('removes nothing that is there, and without a gap everything that has been gone throughout', () =>
    fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { setting, counts, entries, still } = await run(plan);
        const removed = await removedIn(setting);
        const isThere = (id: string) => setting.lex.rows.some((row) => row.id === id);

        for (const id of removed) expect(isThere(id) && (plan.hasGetById || still.has(id))).toBe(false);
        expect(removed).toEqual(removed.toSorted(compareBytes));
        const isDoubtful =
          counts.unreadable > 0 || [...plan.listed, ...plan.moves.map(({ text }) => text)].includes(GARBAGE);
        if (!counts.complete || counts.removals_held > 0 || isDoubtful) return;
        const gone = entries.map(({ lex_id }) => lex_id).filter((id) => still.has(id) && !isThere(id));
        for (const id of gone) expect(removed).toContain(id);
      }),
      options,
    ));

  it('finds the same when it is run again', () =>
    fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { setting, counts, again } = await run(plan);
        const before = await finals(setting);

        const next = await again();

        expect(await finals(setting)).toEqual(before);
        // Of a candidate Lex may say something else today.
        expect({ ...next, removed: 0, removals_held: 0 }).toEqual({ ...counts, removed: 0, removals_held: 0 });
      }),
      options,
    ));

  it('finds the same however often it is killed on its way', () =>
    fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { setting, counts, snapshot } = await run({ ...plan, failures: [] }, false);
        const killed = new QuerySetting({ hasGetById: plan.hasGetById, maxRows: maxRowsOf(plan) });
        killed.lex.rows = setting.lex.rows;
        killed.take(setting.hashes, snapshot);

        const next = await calculateWithKills(killed, plan, counts.total_docs ?? 0);

        expect(next).toEqual(counts);
        expect((await finals(killed)).map(timeless)).toEqual((await finals(setting)).map(timeless));
        expect(await removedIn(killed)).toEqual(await removedIn(setting));
      }),
      options,
    ));

  it('reads every document of a Lex that keeps still and answers', () =>
    fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        fc.pre(canBeJoined(plan));
        const { setting, counts } = await run({ ...plan, moves: [], failures: [] });
        const total = setting.lex.rows.length;

        expect(counts).toMatchObject({ gaps: 0, failed_pages: 0, repaired_joints: 0, cause: null });
        expect(counts.complete).toBe(counts.unreadable === 0);
        expect(counts.total_docs_queried).toBe(total);
      }),
      options,
    ));
});
