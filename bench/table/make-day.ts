/**
 * Two days of a table of any size, through the real publication: on the first everything is new, on the second one document
 * of a hundred has changed, one of a thousand each is rejected and removed, all over the table.
 */
import { hash } from 'node:crypto';
import type { EntityItem } from '../../src/agreements/look-up-items.ts';
import { type A3Values, ROW_FIELDS } from '../../src/agreements/table-a3/fields.ts';
import { DEFAULT_RULES } from '../../src/agreements/table-a3/rules-in-force.ts';
import type { TransformedRow } from '../../src/agreements/transformed.ts';
import { executionName } from '../../src/job/business-date.ts';
import type { AttemptId, NamespaceCounts } from '../../src/job/contracts.ts';
import { queryGate, transformationGate } from '../../src/job/gates.ts';
import { manifestKey, sliceOutputKey } from '../../src/publish/attempt-files.ts';
import { buildShards } from '../../src/publish/build-shard.ts';
import { checkTable } from '../../src/publish/check-table.ts';
import { planShards } from '../../src/publish/plan-shards.ts';
import { readSliceLists } from '../../src/publish/slice-list.ts';
import type { SliceLine } from '../../src/publish/slice-output.ts';
import { writeManifest } from '../../src/publish/write-manifest.ts';
import { writeMasters } from '../../src/publish/write-masters.ts';
import { encodeSlice } from '../../src/steps/slices/encode-slice.ts';
import type { JobDailyA3Data } from '../../src/stores/job-daily-a3-data.ts';

export const FIRST: AttemptId = { business_date: '2021-10-20', attempt: 1 };
export const SECOND: AttemptId = { business_date: '2021-10-21', attempt: 1 };

const DOCUMENTS_PER_SLICE = 1_000;
const ENTITIES_PER_PAGE = 5_000;
const HOUSES = 40;
const LAWS = ['New York', 'England and Wales', 'Delaware', 'Ontario', 'Japan', 'Ireland'];

function digest(text: string): string {
  return hash('sha256', text, 'hex');
}

/** In no order of numbers, and its number can be read from it, so that nobody has to hold a table of them. */
function identifier(number: number): string {
  const digits = number.toString(36).padStart(10, '0');
  return `${digest(`entity ${number}`).slice(0, 8)}${digits}42`.toUpperCase();
}

/** `null`: of no entity. */
function numberOf(key: string): number | null {
  const number = Number.parseInt(key.slice(8, 18), 36);
  return Number.isSafeInteger(number) && identifier(number).toLowerCase() === key ? number : null;
}

/** Counterparties of a table; one in a hundred is in neither master table. */
function parties(rows: number): number {
  return Math.max(1, Math.floor(rows / 6));
}

function isKnown(number: number): boolean {
  return number % 100 !== 99;
}

function lexId(i: number): string {
  return `D${String(i).padStart(9, '0')}`;
}

/** One row of four names another agreement, one of a thousand of them in vain. */
function makeRow(i: number, rows: number, day: number): TransformedRow {
  const house = i % HOUSES;
  const party = HOUSES + ((i * 7919) % parties(rows));
  const contact = digest(`contact ${i}`);
  const given: Partial<A3Values> = {
    'A3.2': identifier(house),
    'A3.3': `AGR-${i}`,
    'A3.4': day === 1 ? 'ISDA Master Agreement 2002' : 'ISDA Master Agreement 2002, amended',
    'A3.5': `20${String(i % 22).padStart(2, '0')}-03-01`,
    'A3.6': identifier(party),
    'A3.7': LAWS[i % LAWS.length]!,
    'A3.8': 'N',
    'A3.10': i % 4 === 0 ? 'Y' : 'N',
    'A3.12': i % 4 === 0 ? `AGR-${i % 1_000 === 0 ? -i - 1 : (i + 1) % rows}` : null,
    'A3.12.1': 'N',
    'A3.13': `Contact ${contact.slice(0, 14)}`,
    'A3.14': `${i % 999} ${contact.slice(14, 28)} Street, Springfield`,
    'A3.16': `${contact.slice(28, 40)}@example.com`,
  };
  const values = Object.fromEntries(ROW_FIELDS.map((field) => [field, given[field] ?? null])) as A3Values;
  const uses = [house, party].map((number) => {
    return {
      table: 'Entity',
      key: identifier(number).toLowerCase(),
      version: digest(`${number}`).slice(0, 32),
    } as const;
  });
  return { values, full_name: null, uses };
}

function validLine(i: number, rows: number, day: number): SliceLine {
  const content_hash = digest(`${i} ${day}`);
  const fingerprint = { raw_hash: content_hash.slice(0, 32), content_hash, hash_scheme: 1, mapping_version: 'cct-1' };
  const status = day === 1 ? 'new' : 'changed';
  return { op: 'valid', lex_id: lexId(i), status, fingerprint, rows: [makeRow(i, rows, day)], findings: [] };
}

function rejectedLine(i: number): SliceLine {
  const content_hash = digest(`${i} rejected`);
  const fingerprint = { raw_hash: content_hash.slice(0, 32), content_hash, hash_scheme: 1, mapping_version: 'cct-1' };
  const finding = { field: 'A3.5', rule: 'A3.5-unreadable', severity: 'error', message: 'm', value: 'x' } as const;
  const findings = [{ ...finding, agreement_id: `AGR-${i}` }];
  const raw = JSON.stringify({ id: lexId(i), text: content_hash.repeat(30) });
  return { op: 'rejected', lex_id: lexId(i), status: 'changed', fingerprint, findings, uses: [], raw };
}

function* linesOf(rows: number, day: number): Iterable<SliceLine> {
  for (let i = 0; i < rows; i += 1) {
    if (day === 1 || i % 100 === 7) yield validLine(i, rows, day);
    else if (i % 1_000 === 3) yield rejectedLine(i);
    else if (i % 1_000 === 5) yield { op: 'removed', lex_id: lexId(i) };
  }
}

async function writeSlices(a3: JobDailyA3Data, id: AttemptId, rows: number, day: number): Promise<void> {
  let number = 0;
  let lines: SliceLine[] = [];
  const write = async (): Promise<void> => {
    await a3.putOnce(sliceOutputKey(id, 0, number), encodeSlice('cct', 0, number, lines).body);
    number += 1;
    lines = [];
  };
  for (const line of linesOf(rows, day)) {
    lines.push(line);
    if (lines.length === DOCUMENTS_PER_SLICE) await write();
  }
  if (lines.length > 0) await write();
}

/** The Entity table of a table of so many rows, without holding it. */
export function entitiesOf(rows: number) {
  const count = HOUSES + parties(rows);
  const item = (number: number): EntityItem => {
    const entity_id = identifier(number);
    const [role, fields] =
      number < HOUSES
        ? (['CO', { 'CO.4': `House ${number}`, 'CO.6': 'N' }] as const)
        : (['CP', { 'CP.3': 'N', 'CP.4': `Party ${number}`, 'CP.8': 'N' }] as const);
    const version = digest(`${number}`).slice(0, 32);
    return {
      kind: 'entity',
      entity_key: entity_id.toLowerCase(),
      entity_id,
      roles: [role],
      status: 'active',
      fields,
      version,
    };
  };
  return {
    async readPage(after: string | null) {
      const from = Number(after ?? 0);
      const to = Math.min(count, from + ENTITIES_PER_PAGE);
      const items = Array.from({ length: to - from }, (_, i) => from + i)
        .filter(isKnown)
        .map(item);
      return { items, next: to < count ? String(to) : null };
    },
    async get(key: string): Promise<EntityItem | null> {
      const number = numberOf(key);
      return number === null || number >= count || !isKnown(number) ? null : item(number);
    },
  };
}

function inputOf(day: number) {
  const id = day === 1 ? FIRST : SECOND;
  const base = day === 1 ? null : manifestKey(FIRST);
  return { ...id, job_id: executionName(id.business_date, id.attempt), base };
}

function depsOf(a3: JobDailyA3Data, rows: number) {
  return {
    a3,
    rules: DEFAULT_RULES,
    entities: entitiesOf(rows),
    shouldStop: () => false,
    codeVersion: 'bench',
    mappingVersion: (namespace: string) => `${namespace}-1`,
    now: () => '2021-10-21T06:00:00Z',
  };
}

/** What comes before CreateJobDailyA3Data. */
export async function makeSlices(a3: JobDailyA3Data, rows: number, day: number): Promise<void> {
  await writeSlices(a3, inputOf(day), rows, day);
}

/** The phases `plan`, `build` and `masters`. */
export async function build(a3: JobDailyA3Data, rows: number, day: number): Promise<void> {
  const [input, deps] = [inputOf(day), depsOf(a3, rows)];
  await planShards({ ...input, phase: 'plan', max_parallel_executions: 1, cursor: null }, deps);
  await buildShards({ ...input, phase: 'build', batch: 0, batches: 1, cursor: null }, deps);
  await writeMasters({ ...input, phase: 'masters', look_ups: null, cursor: null }, deps);
}

/** The phase `check`. */
export async function check(a3: JobDailyA3Data, rows: number, day: number): Promise<void> {
  await checkTable({ ...inputOf(day), phase: 'check', batch: 0, batches: 1, cursor: null }, depsOf(a3, rows));
}

function queryCounts(day: number, planned: number, unchanged: number, removed: number): NamespaceCounts {
  const listed = planned + unchanged;
  const outcomes = { new: day === 1 ? planned : 0, changed: day === 1 ? 0 : planned, reprocessed: 0, unchanged };
  return {
    namespace: 'cct',
    iteration: 1,
    total_docs: listed,
    total_docs_queried: listed,
    ...outcomes,
    touched: 0,
    standing: 0,
    unreadable: 0,
    planned,
    removed,
    removals_held: 0,
    failed_pages: 0,
    gaps: 0,
    repaired_joints: 0,
    complete: true,
    cause: null,
  };
}

/** The phase `manifest`. */
export async function finish(a3: JobDailyA3Data, rows: number, day: number): Promise<void> {
  const input = inputOf(day);
  const taken = { valid: 0, rejected: 0, removed: 0 };
  for await (const { header } of readSliceLists(input, a3)) {
    for (const kind of ['valid', 'rejected', 'removed'] as const) taken[kind] += header.counts[kind];
  }
  const { valid, rejected, removed } = taken;
  const query = [queryCounts(day, valid + rejected, day === 1 ? 0 : rows - valid - rejected - removed, removed)];
  await writeManifest(
    {
      ...input,
      phase: 'manifest',
      query,
      query_gate: queryGate(query, 0.9),
      transformation_gate: transformationGate({ valid, planned: valid + rejected }, 0.5, []),
      failed_slices: 0,
      replays_through: 0,
      look_ups: null,
      overrides: [],
      started_at: '2021-10-21T05:00:00Z',
      max_fill_rate_drop: 0.05,
      max_removed_percentage: 0.05,
      extraction: { began: '2021-10-21T05:00:00Z', ended: '2021-10-21T05:30:00Z' },
    },
    depsOf(a3, rows),
  );
}
