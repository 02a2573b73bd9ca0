/**
 * The reasons for rejection of a run. A published run has them in its published files, standing rejects included; one
 * that failed before has them in the outputs of its slices.
 */
import { compareBytes } from '../../agreements/byte-order.ts';
import type { Finding } from '../../agreements/transformed.ts';
import type { AttemptId } from '../../job/contracts.ts';
import { isSliceOutput, recordsFolder } from '../../publish/attempt-files.ts';
import { lineBatches, parsedBatches, parseLine } from '../../publish/lines.ts';
import { textDigest } from '../../publish/rejected-text.ts';
import type { SliceHeader, SliceLine, UnreadableRowLine } from '../../publish/slice-output.ts';
import type { UnreadableLine } from '../../steps/pages/page-object.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';

/** One rejected document or unreadable row. */
export interface RejectedItem {
  readonly namespace: string;
  /** `null`: the row has no id that could be read. */
  readonly lex_id: string | null;
  /** Business date of the rejection. */
  readonly since: string;
  readonly findings: readonly Finding[];
  /** `null`: a document. The row's text is told nowhere: it may hold contact details. */
  readonly unreadable: UnreadableRow | null;
}

export interface UnreadableRow {
  /** Lex id of the document that it stood behind; `''`: before the first one. */
  readonly after: string;
  readonly bytes: number;
  /** What its id may be, by its broken text; `null`: nobody can tell. */
  readonly looks_like: string | null;
}

/** Ascending by namespace, then lex id. */
export async function* readAttemptRejects(a3: JobDailyA3Data, id: AttemptId): AsyncIterable<RejectedItem> {
  for await (const { line, namespace } of readAttemptLines(a3, id)) {
    const item = toItem(line, namespace, id.business_date);
    if (item !== null) yield item;
  }
}

export interface AttemptText {
  readonly namespace: string;
  readonly lex_id: string;
  /** Whether the id is what the line looks like: it has none that can be read. */
  readonly isGuess: boolean;
  readonly text: Pick<UnreadableRowLine, 'raw' | 'raw_encoding'>;
}

/** Their texts, in the same order. They may hold contact details. */
export async function* readAttemptTexts(a3: JobDailyA3Data, id: AttemptId): AsyncIterable<AttemptText> {
  for await (const { line, namespace } of readAttemptLines(a3, id)) {
    if (!('op' in line) || (line.op !== 'rejected' && line.op !== 'unreadable')) continue;
    const lex_id = line.op === 'rejected' ? line.lex_id : (line.lex_id ?? line.looks_like ?? null);
    if (lex_id === null) continue;
    const raw_encoding = line.op === 'rejected' ? 'utf-8' : line.raw_encoding;
    yield { namespace, lex_id, isGuess: line.lex_id === null, text: { raw: line.raw, raw_encoding } };
  }
}

async function* readAttemptLines(
  a3: JobDailyA3Data,
  id: AttemptId,
): AsyncIterable<{ readonly line: SliceHeader | SliceLine; readonly namespace: string }> {
  for (const { key, header } of await listSlices(a3, id)) {
    const blocks = await a3.open(key);
    if (blocks === null) continue;
    for await (const lines of parsedBatches(lineBatches(blocks, key), key, parseAny)) {
      for (const line of lines) yield { line, namespace: header.namespace };
    }
  }
}

async function listSlices(
  a3: JobDailyA3Data,
  id: AttemptId,
): Promise<readonly { readonly key: string; readonly header: SliceHeader }[]> {
  const slices: { readonly key: string; readonly header: SliceHeader }[] = [];
  for await (const { key } of a3.list(recordsFolder(id))) {
    if (!isSliceOutput(id, key)) continue;
    const line = await a3.firstLine(key);
    if (line !== null) slices.push({ key, header: parseHeader(line, key) });
  }
  return slices.toSorted(
    ({ header: a }, { header: b }) =>
      compareBytes(a.namespace, b.namespace) || compareBytes(a.first_id ?? '', b.first_id ?? ''),
  );
}

function parseHeader(line: string, key: string): SliceHeader {
  return parseLine(line, key, 1, (text) => JSON.parse(text) as SliceHeader);
}

function parseAny(text: string): SliceHeader | SliceLine {
  return JSON.parse(text) as SliceHeader | SliceLine;
}

function toItem(line: SliceHeader | SliceLine, namespace: string, since: string): RejectedItem | null {
  if (!('op' in line)) return null;
  if (line.op === 'rejected')
    return { namespace, lex_id: line.lex_id, since, findings: line.findings, unreadable: null };
  return line.op === 'unreadable' ? unreadableItem(line, namespace, since) : null;
}

/** A line of a slice, or of a page object. */
export function unreadableItem(
  { lex_id, looks_like: guess, after_id, rule, message, raw, raw_encoding }: UnreadableRowLine | UnreadableLine,
  namespace: string,
  since: string,
): RejectedItem {
  const looks_like = guess ?? null;
  const finding: Finding = { field: null, rule, severity: 'error', message, value: looks_like, agreement_id: null };
  const unreadable = { after: after_id ?? '', bytes: textDigest({ raw, raw_encoding }).bytes, looks_like };
  return { namespace, lex_id, since, findings: [finding], unreadable };
}
