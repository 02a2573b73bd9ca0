/**
 * Phase `check` of CreateJobDailyA3Data: the findings that need the whole table, found range by range of agreement
 * identifiers. Worker b does ranges b, b + w, … They are reported, and never change a document's fate.
 */
import { compareBytes } from '../agreements/byte-order.ts';
import type { AttemptId, BuildShardsInput, BuildShardsOutput } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { buildPlanKey, rangeFindingsKey, referencesKey } from './attempt-files.ts';
import { corrupt } from './lines.ts';
import { comparePlaces } from './place.ts';
import type { TableFinding } from './published.ts';
import type { Reference, ReferenceKind } from './references.ts';
import { mustStand, readBuildPlan } from './shard-plan.ts';

/** Rows that a finding shows. */
const EXAMPLE_ROWS = 10;
/** Files that are read at once. */
const PARALLEL_READS = 8;

type Row = TableFinding['rows'][number];

export interface CheckTableDeps {
  readonly a3: Pick<JobDailyA3Data, 'get' | 'putOnce'>;
  readonly shouldStop: () => boolean;
}

/** @throws PermanentError `STORE_CORRUPT` */
export async function checkTable(input: BuildShardsInput, deps: CheckTableDeps): Promise<BuildShardsOutput> {
  const { batch, batches } = input;
  const plan = mustStand(await readBuildPlan(input, deps.a3), buildPlanKey(input));
  const first = input.cursor ?? batch;
  for (let range = first; range < plan.ranges; range += batches) {
    if (range > first && deps.shouldStop()) return { batch, cursor: range };
    const findings = findingsOf(await readRange(input, range, plan.shards, deps.a3));
    const lines = findings.map((finding) => `${JSON.stringify(finding)}\n`);
    await deps.a3.putOnce(rangeFindingsKey(input, range), Buffer.from(lines.join('')));
  }
  return { batch, cursor: null };
}

async function readRange(
  id: AttemptId,
  range: number,
  shards: number,
  a3: CheckTableDeps['a3'],
): Promise<readonly Reference[]> {
  const references: Reference[] = [];
  for (let first = 0; first < shards; first += PARALLEL_READS) {
    const some = Array.from({ length: Math.min(PARALLEL_READS, shards - first) }, (_, i) => first + i);
    const keys = some.map((shard) => referencesKey(id, range, shard));
    const bodies = await Promise.all(keys.map((key) => a3.get(key)));
    // A shard without a row in this range leaves no file.
    for (const [i, body] of bodies.entries()) {
      if (body === null) continue;
      // One by one: as arguments of one call, 200,000 of them overflow the stack.
      for (const reference of parse(keys[i] ?? '', body)) references.push(reference);
    }
  }
  return references;
}

function parse(key: string, body: Buffer): readonly Reference[] {
  try {
    return body
      .toString('utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Reference);
  } catch {
    throw corrupt(key, 'cannot be parsed');
  }
}

/** Ascending by rule, then value. */
export function findingsOf(references: readonly Reference[]): readonly TableFinding[] {
  const groups = new Map<string, Reference[]>();
  for (const reference of references) {
    const group = groups.get(reference[1]);
    if (group === undefined) groups.set(reference[1], [reference]);
    else group.push(reference);
  }
  const findings = [...groups].flatMap(([identifier, group]) => findingsOn(identifier, group));
  return findings.sort(compareFindings);
}

export function compareFindings(a: TableFinding, b: TableFinding): number {
  return compareBytes(a.rule, b.rule) || compareBytes(a.value, b.value);
}

function findingsOn(identifier: string, group: readonly Reference[]): readonly TableFinding[] {
  const keys = group.filter(([kind]) => kind === 'key');
  if (keys.length > 0) return isAmbiguous(keys) ? [duplicate(identifier, keys)] : [];
  return (['A3.12', 'A3.12.3'] as const).flatMap((field) => {
    const rows = group.filter(([kind]) => kind === field);
    return rows.length === 0 ? [] : [dangling(identifier, field, rows)];
  });
}

/** Several rows of one document may share an identifier; two documents only when they say the same. */
function isAmbiguous(keys: readonly Reference[]): boolean {
  const documents = new Map<string, string[]>();
  for (const [, , digest, namespace, lexId] of keys) {
    const document = JSON.stringify([namespace, lexId]);
    const digests = documents.get(document);
    if (digests === undefined) documents.set(document, [digest]);
    else digests.push(digest);
  }
  return new Set([...documents.values()].map((digests) => digests.sort().join())).size > 1;
}

function duplicate(identifier: string, keys: readonly Reference[]): TableFinding {
  const documents = new Set(keys.map(([, , , namespace, lexId]) => JSON.stringify([namespace, lexId]))).size;
  const message = `The agreement identifier stands in ${documents} documents that differ.`;
  return finding('TABLE-A3.3-duplicate', 'A3.3', message, identifier, keys);
}

function dangling(identifier: string, field: Exclude<ReferenceKind, 'key'>, rows: readonly Reference[]): TableFinding {
  const message = 'No row of the table has this agreement identifier.';
  return finding(`TABLE-${field}-dangling`, field, message, identifier, rows);
}

function finding(
  rule: string,
  field: string,
  message: string,
  value: string,
  references: readonly Reference[],
): TableFinding {
  const rows = references.map(([, , , namespace, lex_id, own]): Row => ({ namespace, lex_id, 'A3.3': own }));
  rows.sort((a, b) => comparePlaces(a, b) || compareBytes(a['A3.3'] ?? '', b['A3.3'] ?? ''));
  return { rule, field, message, value, rows: rows.slice(0, EXAMPLE_ROWS), count: rows.length };
}
