/**
 * A shard that nothing reached: its files are copied as they are, so that an attempt without changes publishes the same
 * bytes. Its references are collected again, because the check needs those of the whole table.
 */
import type { AttemptId } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { publishedFolder, shardPath } from './attempt-files.ts';
import { corrupt, parsedBatches } from './lines.ts';
import { isSameRange } from './place.ts';
import type { PublishedFile } from './published.ts';
import { readPublishedLines, readStoredBytes } from './published-file-reader.ts';
import { PublishedFileWriter } from './published-file-writer.ts';
import { CollectReferences } from './references.ts';
import type { BuiltShard, ShardPlan } from './shard-plan.ts';
import { parseStoredRow } from './table-row.ts';

type Store = Pick<JobDailyA3Data, 'open' | 'putOnce' | 'putOnceStream'>;

/** Unreadable rows are not carried over, so a shard with some of them is merged. */
export function canBeCopied(plan: ShardPlan): boolean {
  const [base, ...others] = plan.base;
  if (base === undefined || others.length > 0 || plan.slices.length > 0) return false;
  return base.unreadable === 0 && isSameRange(base, plan);
}

export async function copyShard(id: AttemptId, plan: ShardPlan, ranges: number, a3: Store): Promise<BuiltShard> {
  const [base] = plan.base;
  const from = plan.base_folder;
  if (base === undefined || from === null) throw corrupt(`shard ${plan.number}`, 'has no base to be copied from');
  const folder = publishedFolder(id);
  const copy = (kind: 'table' | 'rejected' | 'uses') =>
    copyFile(a3, `${from}/${base[kind].path}`, base[kind], folder, shardPath(kind, plan.number));
  await collectReferences(id, plan, ranges, a3);
  const changes = new PublishedFileWriter(a3, folder, shardPath('changes', plan.number));
  const shard = {
    ...base,
    number: plan.number,
    table: await copy('table'),
    changes: await changes.close(),
    rejected: await copy('rejected'),
    uses: await copy('uses'),
  };
  const rows = { base: base.rows, added: 0, removed: 0, changed: 0 };
  return { format: 1, shard, taken: {}, rows, rejected_documents: base.rejected.lines };
}

async function copyFile(
  a3: Store,
  key: string,
  file: PublishedFile,
  folder: string,
  path: string,
): Promise<PublishedFile> {
  // A damaged source fails before its end, and then nothing becomes visible.
  await a3.putOnceStream(`${folder}/${path}`, readStoredBytes(a3, key, file));
  return { ...file, path };
}

async function collectReferences(id: AttemptId, plan: ShardPlan, ranges: number, a3: Store): Promise<void> {
  const references = new CollectReferences(ranges);
  const [base] = plan.base;
  if (base === undefined || plan.base_folder === null) return;
  const name = `${plan.base_folder}/${base.table.path}`;
  const lines = readPublishedLines(a3, plan.base_folder, base.table);
  for await (const rows of parsedBatches(lines, name, parseStoredRow)) for (const row of rows) references.add(row);
  await references.write(id, plan.number, a3);
}
