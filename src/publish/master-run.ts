/** Runs of master rows: what one turn over the Entity table has met, sorted, so that all of them can be merged. */
import { compareBytes } from '../agreements/byte-order.ts';
import type { AliasItem, EntityItem, EntityRole } from '../agreements/look-up-items.ts';
import type { AttemptId } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import type { EntityTable } from '../stores/look-ups.ts';
import { masterRunKey } from './attempt-files.ts';
import { corrupt, parseLine } from './lines.ts';
import { putFirst } from './put-first.ts';
import { mustStand } from './shard-plan.ts';

/** Rows of a run, some 40 MB; a hundred runs hold five million entities. */
export const RUN_ROWS = 50_000;

/** First line of a run. */
export interface RunHeader {
  readonly format: 1;
  /** Where the Entity table is read on; `null`: this was its end. */
  readonly next: string | null;
}

/** An entity that stands in a master table; the other lines of a run, ascending by identifier. */
export interface RunRow {
  readonly entity_id: string;
  readonly roles: readonly EntityRole[];
  readonly fields: EntityItem['fields'];
  readonly lei_status: string | null;
  readonly version: string;
}

/**
 * The header of run `number`: written from what the table has after `from`, unless it stands already. The first that was
 * written counts, whatever the table has become since: every later run goes on where it ended.
 */
export async function standingRun(
  id: AttemptId,
  { number, from, rows }: { readonly number: number; readonly from: string | null; readonly rows: number },
  deps: {
    readonly a3: Pick<JobDailyA3Data, 'firstLine' | 'putOnce'>;
    readonly entities: Pick<EntityTable, 'readPage'>;
  },
): Promise<RunHeader> {
  const key = masterRunKey(id, number);
  const standing = await readHeader(key, deps.a3);
  if (standing !== null) return standing;
  const taken: RunRow[] = [];
  let next = from;
  do {
    const page = await deps.entities.readPage(next);
    taken.push(...page.items.filter(isInMaster).map(runRow));
    next = page.next;
  } while (next !== null && taken.length < rows);
  taken.sort((a, b) => compareBytes(a.entity_id, b.entity_id));
  const header: RunHeader = { format: 1, next };
  const body = Buffer.from([header, ...taken].map((line) => `${JSON.stringify(line)}\n`).join(''));
  if (await putFirst(deps.a3, key, body)) return header;
  return mustStand(await readHeader(key, deps.a3), key);
}

async function readHeader(key: string, a3: Pick<JobDailyA3Data, 'firstLine'>): Promise<RunHeader | null> {
  const line = await a3.firstLine(key);
  if (line === null) return null;
  const header = parseLine(line, key, 1, (text) => JSON.parse(text) as RunHeader);
  if (header.format !== 1) throw corrupt(key, 'is not of format 1');
  return header;
}

function isInMaster(item: EntityItem | AliasItem): item is EntityItem {
  return item.kind === 'entity' && item.status === 'active' && item.roles.length > 0;
}

function runRow({ entity_id, roles, fields, lei_status, version }: EntityItem): RunRow {
  return { entity_id, roles, fields, lei_status: lei_status ?? null, version };
}
