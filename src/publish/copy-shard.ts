/**
 * A shard that nothing reached: its files are copied as they are, so that an attempt without changes publishes the same
 * bytes. Its references and entities are collected again, because the check needs those of the whole table.
 */
import type { AttemptId } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { parquetPath, publishedFolder, type ShardFileKind, shardPath } from './attempt-files.ts';
import { CollectForCheck } from './collect-for-check.ts';
import { FillCounter } from './fill-rates.ts';
import { corrupt, parsedBatches } from './lines.ts';
import { isSameRange } from './place.ts';
import type { FillCounts, ParquetFile, PublishedFile } from './published.ts';
import { readPublishedLines, readStoredBytes } from './published-file-reader.ts';
import { PublishedFileWriter } from './published-file-writer.ts';
import type { BuiltShard, ShardPlan } from './shard-plan.ts';
import { parseStoredRow } from './table-row.ts';

type Store = Pick<JobDailyA3Data, 'open' | 'putOnce' | 'putOnceStream'>;

/**
 * Unreadable rows are not carried over, so a shard with some of them is merged; so is one of before there was Parquet, or
 * parts for texts.
 */
export function canBeCopied(plan: ShardPlan): boolean {
  const [base, ...others] = plan.base;
  if (base === undefined || others.length > 0 || plan.slices.length > 0) return false;
  const isOfToday = base.parquet !== undefined && base.texts !== undefined;
  return base.unreadable === 0 && isOfToday && isSameRange(base, plan);
}

export async function copyShard(id: AttemptId, plan: ShardPlan, ranges: number, a3: Store): Promise<BuiltShard> {
  const [base] = plan.base;
  const from = plan.base_folder;
  if (base?.parquet === undefined || base.texts === undefined || from === null)
    throw corrupt(`shard ${plan.number}`, 'has no base to be copied from');
  const folder = publishedFolder(id);
  const { texts } = base;
  const copy = (kind: ShardFileKind, file: PublishedFile) =>
    copyFile(a3, `${from}/${file.path}`, file, folder, shardPath(kind, plan.number));
  const table = await collect(id, plan, ranges, a3);
  const shard = {
    ...base,
    number: plan.number,
    filled: table.filled,
    table: await copy('table', base.table),
    parquet: await copyFile(a3, `${from}/${base.parquet.path}`, base.parquet, folder, parquetPath(plan.number)),
    changes: await new PublishedFileWriter(a3, folder, shardPath('changes', plan.number)).close(),
    rejected: await copy('rejected', base.rejected),
    texts: texts === null ? null : await copy('texts', texts),
    uses: await copy('uses', base.uses),
  };
  const rows = { base: base.rows, added: 0, removed: 0, changed: 0 };
  return {
    format: 1,
    shard,
    taken: {},
    rows,
    rejected_documents: base.rejected.lines,
    fill: { table, made: new FillCounter().counts() },
  };
}

async function copyFile<F extends PublishedFile | ParquetFile>(
  a3: Store,
  key: string,
  file: F,
  folder: string,
  path: string,
): Promise<F> {
  // A damaged source fails before its end, and then nothing becomes visible.
  await a3.putOnceStream(`${folder}/${path}`, readStoredBytes(a3, key, file));
  return { ...file, path };
}

/** What the check and the gate need of the rows. A base of before fields were counted has no counts to be carried over. */
async function collect(id: AttemptId, plan: ShardPlan, ranges: number, a3: Store): Promise<FillCounts> {
  const forCheck = new CollectForCheck(ranges);
  const filled = new FillCounter();
  const [base] = plan.base;
  if (base === undefined || plan.base_folder === null) return filled.counts();
  const name = `${plan.base_folder}/${base.table.path}`;
  const lines = readPublishedLines(a3, plan.base_folder, base.table);
  for await (const rows of parsedBatches(lines, name, parseStoredRow)) {
    for (const stored of rows) {
      forCheck.add(stored);
      filled.add(stored.row);
    }
  }
  await forCheck.write(id, plan.number, a3);
  return filled.counts();
}
