/** The published findings of the whole table: those of the ranges, and those that were found beside them. */
import type { AttemptId } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { publishedFolder, rangeFindingsKey } from './attempt-files.ts';
import { Cursor } from './cursor.ts';
import { corrupt, lineBatches, parsedBatches } from './lines.ts';
import type { PublishedFile, TableFinding } from './published.ts';
import { compareFindings } from './table-finding.ts';

export interface WrittenFindings {
  readonly file: PublishedFile;
  /** How many findings each rule has, ascending by rule; a rule without one is left out. */
  readonly byRule: Readonly<Record<string, number>>;
}

/**
 * Merges the ranges' findings and `others`, each ascending, into one file.
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function writeFindings(
  id: AttemptId,
  ranges: number,
  others: readonly TableFinding[],
  a3: Pick<JobDailyA3Data, 'open' | 'putOnceStream'>,
): Promise<WrittenFindings> {
  const path = 'findings.ndjson';
  const byRule: Record<string, number> = {};
  let lines = 0;
  async function* body(): AsyncIterable<Buffer> {
    for await (const finding of mergeFindings(id, ranges, others, a3)) {
      lines += 1;
      byRule[finding.rule] = (byRule[finding.rule] ?? 0) + 1;
      yield Buffer.from(`${JSON.stringify(finding)}\n`);
    }
  }
  const { bytes, sha256 } = await a3.putOnceStream(`${publishedFolder(id)}/${path}`, body());
  return { file: { path, bytes, sha256, lines, content_sha256: sha256 }, byRule };
}

async function* mergeFindings(
  id: AttemptId,
  ranges: number,
  others: readonly TableFinding[],
  a3: Pick<JobDailyA3Data, 'open'>,
): AsyncIterable<TableFinding> {
  const cursors: Cursor<TableFinding>[] = [];
  const take = async (findings: AsyncIterable<readonly TableFinding[]>): Promise<void> => {
    const cursor = await Cursor.open(findings);
    if (cursor.head !== null) cursors.push(cursor);
  };
  try {
    for (let range = 0; range < ranges; range += 1) {
      const key = rangeFindingsKey(id, range);
      const blocks = await a3.open(key);
      if (blocks === null) throw corrupt(key, 'is missing');
      await take(parsedBatches(lineBatches(blocks, key), key, (line) => JSON.parse(line) as TableFinding));
    }
    await take(once(others));
    for (;;) {
      let least: Cursor<TableFinding> | null = null;
      for (const cursor of cursors) if (isBefore(cursor.head, least?.head ?? null)) least = cursor;
      if (least === null || least.head === null) return;
      yield least.head;
      await least.advance();
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

async function* once<T>(item: T): AsyncIterable<T> {
  yield item;
}

function isBefore(finding: TableFinding | null, other: TableFinding | null): boolean {
  return finding !== null && (other === null || compareFindings(finding, other) < 0);
}
