/** Takes out of a page what its neighbours have already, and gives a document that is listed twice one outcome. */
import { compareBytes } from '../../agreements/byte-order.ts';
import type { AgreementHash, HashEntry } from '../../stores/agreement-hash.ts';
import { deltaKey } from './delta-keys.ts';
import { readEntry } from './entry-cursor.ts';
import { addCounts, emptyCounts, type Outcome } from './outcome-counts.ts';
import type { PageHeader } from './page-object.ts';
import { type LineHead, linesOf, objectsOf, type PageFolder, type StoredPage, saveObject } from './stored-page.ts';

export interface TrimDeps {
  readonly place: PageFolder;
  readonly hashes: Pick<AgreementHash, 'readRange'>;
}

interface Cut {
  readonly kept: Buffer;
  readonly dropped: readonly LineHead[];
  /** A document that is kept was met: nothing behind it is dropped. */
  readonly isBehind: boolean;
}

/**
 * Takes the ids up to `covered` out of the page, which reaches further. The header goes first, with its counts; a kill
 * between it and the parts is mended by {@link settleParts}.
 */
export async function trimPage(stored: StoredPage, covered: string, deps: TrimDeps): Promise<StoredPage> {
  const dropped: LineHead[] = [];
  for await (const object of objectsOf(deps.place, stored)) {
    const cut = cutLines(object, covered, deps.place);
    for (const head of cut.dropped) dropped.push(head);
    if (cut.isBehind) break;
  }
  const header = await headerWithout(stored.header, covered, dropped, deps);
  const trimmed = { ...stored, header, lines: cutLines(stored, covered, deps.place).kept };
  await saveObject(deps.place, trimmed);
  await settleParts(trimmed, deps.place);
  return trimmed;
}

/** Makes sure that no part holds what the header says is somebody else's. */
export async function settleParts(stored: StoredPage, place: PageFolder): Promise<void> {
  const { after } = stored.header;
  if (after === null || stored.header.parts === 0) return;
  for await (const part of objectsOf(place, stored)) {
    if (part.name.part === 0) return;
    const { kept, isBehind } = cutLines(part, after, place);
    if (kept.length < part.lines.length) await saveObject(place, { ...part, lines: kept });
    if (isBehind) return;
  }
}

/**
 * The page's joint document was listed twice with different bytes. The page before has its outcome, so its line and count
 * become those that this page found; this page's header then says that it is settled.
 * @returns both pages as they are now
 */
export async function settleDuplicate(
  owner: StoredPage,
  stored: StoredPage,
  deps: TrimDeps,
): Promise<{ readonly owner: StoredPage; readonly stored: StoredPage }> {
  const id = stored.header.duplicate_of_joint as string;
  const first = await firstLine(stored, deps.place);
  const target = first !== null && first.head.lex_id === id ? first : null;
  const settled = await replaceOutcome(owner, id, target, deps);
  return { owner: settled, stored: await dropDuplicate(stored, deps.place) };
}

/**
 * The document is in a gap, or read again by a repair, or settled: what this page says of its joint is dropped. Header
 * first: {@link settleParts} takes the line out of a part.
 */
export async function dropDuplicate(stored: StoredPage, place: PageFolder): Promise<StoredPage> {
  const { after } = stored.header;
  const header = { ...stored.header, duplicate_of_joint: null };
  const lines = after === null ? stored.lines : cutLines(stored, after, place).kept;
  return saveObject(place, { ...stored, header, lines });
}

/** `owner`'s line of its last document lies in the header's object, behind all others but unreadable rows. */
async function replaceOutcome(
  owner: StoredPage,
  id: string,
  target: { readonly bytes: Buffer; readonly head: LineHead } | null,
  { place, hashes }: TrimDeps,
): Promise<StoredPage> {
  const lines = [...linesOf(owner.lines, deltaKey(place.folder, owner.name))];
  const current = lines.find(({ head }) => head.lex_id === id && isOutcome(head)) ?? null;
  const isSettled = current === null ? target === null : target !== null && current.bytes.equals(target.bytes);
  if (isSettled) return owner;
  const entry = await readEntry(hashes, place.namespace, id);
  const counts = addCounts(owner.header.counts, emptyCounts());
  counts[current === null ? unlistedOutcome(entry) : outcomeOf(current.head)] -= 1;
  counts[target === null ? unlistedOutcome(entry) : outcomeOf(target.head)] += 1;
  const kept = lines.filter((line) => line !== current).map(({ bytes }) => bytes);
  if (target !== null) kept.push(target.bytes);
  const body = Buffer.concat(kept.flatMap((bytes) => [bytes, Buffer.from('\n')]));
  return saveObject(place, { ...owner, header: { ...owner.header, counts }, lines: body });
}

async function headerWithout(
  header: PageHeader,
  covered: string,
  dropped: readonly LineHead[],
  { place, hashes }: TrimDeps,
): Promise<PageHeader> {
  const gone = emptyCounts();
  const withLine = new Set<string>();
  let candidates = 0;
  for (const head of dropped) {
    if (head.op === 'unreadable') gone.unreadable += 1;
    else if (head.lex_id === header.duplicate_of_joint)
      continue; // Never counted here.
    else withLine.add(head.lex_id);
    if (head.op === 'candidate') candidates += 1;
    else if (isOutcome(head)) gone[outcomeOf(head)] += 1;
  }
  let known = 0;
  for await (const entries of hashes.readRange(place.namespace, header.after, covered)) {
    known += entries.length;
    for (const entry of entries) if (!withLine.has(entry.lex_id)) gone[unlistedOutcome(entry)] += 1;
  }
  return {
    ...header,
    after: covered,
    counts: addCounts(header.counts, gone, -1),
    known: header.known - known,
    // 0 beside an unreadable row: that row's doubt may reach into what is left.
    candidates: header.candidates === 0 ? 0 : header.candidates - candidates,
    duplicate_of_joint: null,
  };
}

/**
 * Takes the lines up to `covered` out of an object. Only those up to the first document that is kept are parsed: between
 * two documents, unreadable rows and candidates stand in no order.
 */
function cutLines({ name, lines }: StoredPage, covered: string, { folder }: PageFolder): Cut {
  const dropped: LineHead[] = [];
  const kept: Buffer[] = [];
  let at = 0;
  let isBehind = false;
  for (const { bytes, head } of linesOf(lines, deltaKey(folder, name))) {
    const isKept = !isCovered(head, covered);
    isBehind = isKept && isOutcome(head);
    if (isBehind) break;
    const end = at + bytes.length + 1;
    if (isKept) kept.push(lines.subarray(at, end));
    else dropped.push(head);
    at = end;
  }
  return { dropped, kept: Buffer.concat([...kept, lines.subarray(at)]), isBehind };
}

/** An unreadable row without an id lies behind `after_id`: behind the very last id covered, it is the next page's. */
function isCovered(head: LineHead, covered: string): boolean {
  if (head.op !== 'unreadable' || head.lex_id !== null) return compareBytes(head.lex_id as string, covered) <= 0;
  return head.after_id === null || compareBytes(head.after_id, covered) < 0;
}

function isOutcome(head: LineHead): boolean {
  return head.op === 'put' || head.op === 'touch';
}

function outcomeOf(head: LineHead): Outcome {
  if (head.op === 'put') return head.status;
  return head.op === 'touch' && head.of === 'good' ? 'touched' : 'standing';
}

/** What a listed document is whose page has no line of it. */
function unlistedOutcome(entry: HashEntry | null): Outcome {
  return entry === null || entry.rejected === null ? 'unchanged' : 'standing';
}

async function firstLine(stored: StoredPage, place: PageFolder) {
  for await (const object of objectsOf(place, stored)) {
    for (const line of linesOf(object.lines, deltaKey(place.folder, object.name))) return line;
  }
  return null;
}
