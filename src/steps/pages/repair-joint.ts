/**
 * Reads the rows of a hole between two pages again: documents came or went while the pages were read, or a page could not
 * be read at all. What is found becomes a page object of its own, which covers the hole or the first part of it.
 */
import { compareBytes } from '../../agreements/byte-order.ts';
import { readDocument } from '../../agreements/extract-id.ts';
import { type LexdeltaError, TransientError } from '../../errors.ts';
import type { LexSource } from '../../lex/lex-source.ts';
import type { ReprocessList } from '../reprocess/reprocess-list.ts';
import { RowClassifier } from './classify-rows.ts';
import type { ComparedNamespace } from './judge-document.ts';
import type { PageHeader } from './page-object.ts';
import { NO_SUMMARY, PageObjectWriter } from './page-object-writer.ts';
import { causeOf, isLexError, type PageDeps } from './query-page.ts';
import { type RangeRead, type RangeToRead, readRange } from './read-range.ts';
import { type PageFolder, voidObject } from './stored-page.ts';

/** Attempts at one hole. The source itself has asked several times in each. */
const ATTEMPTS = 2;
const WAIT_MS = 1_000;
/** A hole of more pages than these is not read by one worker alone: what lies behind them stays a gap. */
const MAX_PAGES = 5;
/** Enough to find a place among 2^30 rows by doubling and halving. */
const MAX_PROBES = 64;

export interface Hole {
  /** The page that the hole lies before: it gives the object its name. */
  readonly page: number;
  /** The ids above `after` (`null`: from −∞) up to `until` (`null`: to +∞). */
  readonly after: string | null;
  readonly until: string | null;
  /** Where `after` was listed when it was read. */
  readonly position: number;
}

export interface RepairContext {
  readonly folder: string;
  readonly namespace: string;
  readonly module: ComparedNamespace;
  readonly reprocess: ReprocessList;
  readonly pageSize: number;
}

export interface RepairDeps extends PageDeps {
  readonly lex: Pick<LexSource, 'readRows'>;
  readonly delta: PageFolder['delta'];
}

/** @returns the header written; of status `failed` when nothing of the hole could be read */
export async function repairJoint(hole: Hole, context: RepairContext, deps: RepairDeps): Promise<PageHeader> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptRepair(hole, context, deps);
    } catch (error) {
      if (!isLexError(error)) throw error;
      if (!(error instanceof TransientError) || attempt === ATTEMPTS) return giveUp(hole, error, context, deps);
      await deps.sleep(WAIT_MS);
    }
  }
}

/** Leaves the hole a gap, on record: run again, the step must not find another result. */
export async function giveUp(
  hole: Hole,
  error: LexdeltaError,
  context: RepairContext,
  deps: PageDeps,
): Promise<PageHeader> {
  const { after, until: through } = hole;
  const failed = { status: 'failed', after, through, error: causeOf(error) } as const;
  return writerOf(hole, context, deps).finish({ ...NO_SUMMARY, kind: 'repair', ...failed });
}

async function attemptRepair(hole: Hole, context: RepairContext, deps: RepairDeps): Promise<PageHeader> {
  const { namespace, module, reprocess, pageSize } = context;
  const { after, until } = hole;
  const writer = writerOf(hole, context, deps);
  const classifier = new RowClassifier({ namespace, module, hashes: deps.hashes, reprocess, writer, until });
  const offset = await findStart(hole, context, deps);
  const range: RangeToRead = {
    namespace,
    idField: module.idField,
    offset,
    rows: MAX_PAGES * pageSize,
    maxLimit: pageSize + 1,
    ...(after === null ? {} : { after }),
  };
  let read: RangeRead;
  let through: string | null;
  try {
    read = await readRange(range, (from, limit) => deps.lex.readRows(namespace, from, limit), classifier);
    through = await finishRange(read, hole, classifier);
  } catch (error) {
    await voidParts(writer.parts, hole, context, deps);
    throw error;
  }
  return writer.finish({
    kind: 'repair',
    status: 'read',
    after,
    through,
    reached_end: through === null,
    counts: classifier.counts,
    known: classifier.known,
    candidates: classifier.candidates,
    duplicate_of_joint: classifier.duplicateOfJoint,
    may_hide_rows: classifier.mayHideRows,
    total_docs: read.totalDocs,
    error: null,
  });
}

/** No header will count them. After a kill, the step that is run again finds them by their keys. */
async function voidParts(parts: number, { page }: Hole, context: RepairContext, deps: RepairDeps): Promise<void> {
  for (let part = 1; part <= parts; part += 1) {
    await voidObject({ ...context, delta: deps.delta }, { kind: 'repair', page, part }, deps.now().toISOString());
  }
}

/** @returns up to where the hole was read. @throws TransientError `LEX_PAGE_SHORT`: no row of it */
async function finishRange(
  { ending }: RangeRead,
  { after, until }: Hole,
  classifier: RowClassifier,
): Promise<string | null> {
  if (ending === 'end-of-listing' || ending === 'passed-until') {
    await classifier.finish({ through: until });
    return until;
  }
  await classifier.finish('last');
  if (classifier.lastId === after) {
    throw new TransientError('LEX_PAGE_SHORT', 'Lex gave no document of a hole between two pages.');
  }
  return classifier.lastId;
}

/**
 * About the last offset whose row is at or below `after`: by doubling steps from where it was, then halving, down to a
 * page's length. The listing may move meanwhile, so whoever reads from there checks again.
 */
async function findStart({ after, position }: Hole, context: RepairContext, { lex }: RepairDeps): Promise<number> {
  if (after === null) return 0;
  const { namespace, module, pageSize } = context;
  const isBelow = async (offset: number) => {
    if (offset === 0) return true;
    const id = await firstIdAt(lex, namespace, offset, module);
    return id !== null && compareBytes(id, after) <= 0;
  };
  let low = position;
  let step = 1;
  let probes = 0;
  while (!(await isBelow(low))) {
    low = Math.max(0, low - step);
    step *= 2;
  }
  let high = low + step;
  if (low === position) {
    for (; probes < MAX_PROBES && (await isBelow(high)); probes += 1) {
      low = high;
      step *= 2;
      high += step;
    }
  }
  for (; probes < MAX_PROBES && high - low > pageSize; probes += 1) {
    const middle = Math.floor((low + high) / 2);
    if (await isBelow(middle)) low = middle;
    else high = middle;
  }
  return low;
}

async function firstIdAt(
  lex: Pick<LexSource, 'readRows'>,
  namespace: string,
  offset: number,
  module: ComparedNamespace,
): Promise<string | null> {
  const { rows } = await lex.readRows(namespace, offset, 2);
  for await (const block of rows) {
    for (const row of block) {
      const read = readDocument(row, module);
      if (read.ok) return read.id;
    }
  }
  return null;
}

function writerOf(
  { page }: Hole,
  { folder, namespace }: RepairContext,
  { delta, now, maxPartBytes }: PageDeps,
): PageObjectWriter {
  const name = { kind: 'repair', page, part: 0 } as const;
  return new PageObjectWriter(delta, { folder, namespace, name, readAt: now().toISOString() }, { maxPartBytes });
}
