/** One document of a published day: its rows, its rejection and its changes against what the base has of it. Pure. */
import { diffRows, type RowDifference } from '../history/diff-days.ts';
import type { ChangeLine, Place, RejectedEntry, TableRow } from '../published.ts';
import type { Faults } from './faults.ts';
import type { Line } from './read-lines.ts';

export interface DocumentOfDay {
  readonly place: Place;
  readonly rows: readonly Line<TableRow>[];
  readonly rejected: readonly Line<RejectedEntry>[];
  readonly changes: readonly Line<ChangeLine>[];
}

/**
 * `same`: the base has these very rows. `unknown`: it cannot be read.
 * @param rows lines; @param rejected `null`: the document was not rejected; not given: as `same`, or `unknown`
 */
export interface DocumentOfBase {
  readonly rows: readonly string[] | 'same' | 'unknown';
  readonly rejected: string | null | 'same' | 'unknown';
}

/** Paths of the shard's files, and the run that published them. */
export interface DocumentContext {
  readonly table: string;
  readonly rejected: string;
  readonly changes: string;
  readonly run: string;
  readonly business_date: string;
  readonly faults: Faults;
}

/** Rows of one document are made at once, and are stale together: when it is rejected, and only then. */
export function verifyRows({ rows, rejected }: DocumentOfDay, context: DocumentContext): void {
  const first = rows[0];
  if (first === undefined) return;
  const { lineage } = first.value;
  for (const { value, number } of rows) {
    const { content_hash, mapping_version, run, stale_since } = value.lineage;
    const isSame =
      content_hash === lineage.content_hash && mapping_version === lineage.mapping_version && run === lineage.run;
    if (isSame && stale_since === lineage.stale_since) continue;
    context.faults.add(
      'rows',
      context.table,
      number,
      `has another lineage than line ${first.number}, of the same document`,
    );
  }
  const isRejected = rejected.some(({ value }) => value.kind === 'document');
  if (isRejected && lineage.run === context.run) {
    const what = `was made by ${context.run}, where its document is rejected: what is rejected makes no row`;
    context.faults.add('rows', context.table, first.number, what);
  }
  if (isRejected === (lineage.stale_since !== null)) return;
  const what = isRejected
    ? 'is current where its document is rejected, so that it should be stale'
    : `is stale since ${lineage.stale_since} where its document is not rejected`;
  context.faults.add('rows', context.table, first.number, what);
}

/** At most one entry is the document's; unreadable rows are of this run, and what this run rejected is so since its date. */
export function verifyRejected({ rejected }: DocumentOfDay, context: DocumentContext): void {
  const add = (number: number, what: string) => context.faults.add('rejected', context.rejected, number, what);
  rejected.forEach(({ value, number }, i) => {
    if (value.kind === 'document') {
      if (i > 0) add(number, `is of the same document as line ${number - 1}`);
      if (value.lex_id !== value.place) add(number, 'has another place than its document');
      if (value.findings.every(({ severity }) => severity !== 'error')) add(number, 'has no finding that is an error');
      if (value.run === context.run && value.since !== context.business_date)
        add(number, `is rejected since ${value.since} by the run of ${context.business_date}`);
    } else if (value.since !== context.business_date || value.run !== context.run) {
      add(number, `is an unreadable row since ${value.since} where those of ${context.business_date} alone stand`);
    }
  });
}

/** The base with the change log gives the day; what is not from the base is made by this run. */
export function verifyAgainstBase(document: DocumentOfDay, base: DocumentOfBase, context: DocumentContext): void {
  const { rows, changes } = document;
  if (base.rows === 'unknown') verifyKeys(document, context);
  else if (base.rows === 'same' || isSame(rows, base.rows)) verifyDifferences(document, [], context);
  else {
    const old = base.rows.map((line) => JSON.parse(line) as TableRow);
    verifyDifferences(
      document,
      diffRows(
        old,
        rows.map(({ value }) => value),
      ),
      context,
    );
    verifyMakers(document, old, new Set(base.rows), context);
  }
  if (changes.length > 0) verifyCauses(document, context);
  if (base.rejected !== 'unknown' && base.rejected !== 'same') verifyCarriedOver(document, base.rejected, context);
}

function isSame(rows: readonly Line<TableRow>[], lines: readonly string[]): boolean {
  return rows.length === lines.length && rows.every(({ text }, i) => text === lines[i]);
}

/** The first difference of a document: those that follow come of it. */
function verifyDifferences(
  { changes, place }: DocumentOfDay,
  expected: readonly RowDifference[],
  context: DocumentContext,
): void {
  const length = Math.max(expected.length, changes.length);
  for (let i = 0; i < length; i += 1) {
    const line = changes[i];
    const differs = expected[i];
    if (line !== undefined && differs !== undefined && isLogged(line.value, differs)) continue;
    const says = line === undefined ? 'has no line' : `says \`${line.value.change}\``;
    const shows = differs === undefined ? 'no difference' : `\`${differs.change}\``;
    const hint = line?.value.change === differs?.change ? ', but of another row or other fields' : '';
    const what = `${says} of a row ${nameOf(place)} where the base's table and this one show ${shows}${hint}`;
    context.faults.add('changes', context.changes, line?.number ?? null, what);
    return;
  }
}

function isLogged({ cause: _, ...logged }: ChangeLine, difference: RowDifference): boolean {
  return JSON.stringify(logged) === JSON.stringify(difference);
}

/** Without a base: what was added or changed is there, what was removed is not. */
function verifyKeys({ rows, changes, place }: DocumentOfDay, context: DocumentContext): void {
  const keyOf = (row: TableRow | ChangeLine) => JSON.stringify([row['A3.2'], row['A3.3'], row['A3.6']]);
  const keys = new Set(rows.map(({ value }) => keyOf(value)));
  for (const { value, number } of changes) {
    if (keys.has(keyOf(value)) === (value.change !== 'removed')) continue;
    const there = value.change === 'removed' ? 'has' : 'has not';
    const what = `says \`${value.change}\` of a row ${nameOf(place)} that the table ${there}`;
    context.faults.add('changes', context.changes, number, what);
  }
}

/** What each cause leaves behind: a rejection changes no field, its rows turn stale. */
function verifyCauses({ rows, rejected, changes, place }: DocumentOfDay, context: DocumentContext): void {
  const isRejectedNow = rejected.some(({ value }) => value.kind === 'document' && value.run === context.run);
  const isMadeNow = rows.some(({ value }) => value.lineage.run === context.run);
  for (const { value, number } of changes) {
    const { cause, change } = value;
    if (cause !== changes[0]?.value.cause) {
      const what = `names another cause than line ${changes[0]?.number}, of the same document`;
      context.faults.add('changes', context.changes, number, what);
    }
    const isRight =
      cause === 'rejected'
        ? isRejectedNow && change === 'changed' && Object.keys(value.fields).length === 0
        : cause === 'removed'
          ? rows.length === 0 && rejected.every(({ value: entry }) => entry.kind === 'unreadable')
          : isMadeNow;
    if (isRight) continue;
    const what = `names the cause \`${cause}\`, which neither rows nor rejections ${nameOf(place)} show`;
    context.faults.add('changes', context.changes, number, what);
  }
}

/** A row that differs from the base's was made by this run, or has turned stale today. */
function verifyMakers(
  { rows }: DocumentOfDay,
  old: readonly TableRow[],
  kept: ReadonlySet<string>,
  context: DocumentContext,
): void {
  const asStale = new Set(
    old.map((row) => JSON.stringify({ ...row, lineage: { ...row.lineage, stale_since: context.business_date } })),
  );
  for (const { text, value, number } of rows) {
    if (kept.has(text) || value.lineage.run === context.run || asStale.has(text)) continue;
    const what = `is neither as the base has it nor made by ${context.run}: it names ${value.lineage.run}`;
    context.faults.add('changes', context.table, number, what);
  }
}

/** A rejection that this run did not make stands in the base; one of the base goes only with a valid result or a removal. */
function verifyCarriedOver(
  { rows, rejected, place }: DocumentOfDay,
  base: string | null,
  context: DocumentContext,
): void {
  const entry = rejected.find(({ value }) => value.kind === 'document');
  if (entry !== undefined && entry.value.run !== context.run && entry.text !== base) {
    const what = `is neither as the base has it nor made by ${context.run}: it names ${entry.value.run}`;
    context.faults.add('changes', context.rejected, entry.number, what);
  }
  const isSettled = rows.length === 0 || rows.some(({ value }) => value.lineage.run === context.run);
  if (entry === undefined && base !== null && !isSettled) {
    const what = `has no entry ${nameOf(place)}, which the base has as rejected and this run has not transformed`;
    context.faults.add('changes', context.rejected, null, what);
  }
}

function nameOf({ namespace, lex_id }: Place): string {
  return `of \`${lex_id}\` in \`${namespace}\``;
}
