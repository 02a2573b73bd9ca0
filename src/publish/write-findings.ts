/** The published findings of the whole table: those of the ranges, and those that were found beside them. */
import type { AttemptId } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { publishedFolder, rangeFindingsKey } from './attempt-files.ts';
import { corrupt } from './lines.ts';
import { type LineSource, MergedLines } from './merge-lines.ts';
import type { PublishedFile, TableFinding } from './published.ts';
import { compareFindings } from './table-finding.ts';

/** Text is handed on in pieces of about this many characters. */
const PIECE_CHARS = 64 * 1024;

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
    const merged = await openMerge(id, ranges, others, a3);
    try {
      let piece = '';
      for (let { head } = merged; head !== null; head = merged.head) {
        const { rule } = head.value;
        lines += 1;
        byRule[rule] = (byRule[rule] ?? 0) + 1;
        piece += `${head.line}\n`;
        if (piece.length >= PIECE_CHARS) {
          yield Buffer.from(piece);
          piece = '';
        }
        const reading = merged.advance();
        if (reading !== undefined) await reading;
      }
      if (piece !== '') yield Buffer.from(piece);
    } finally {
      await merged.close();
    }
  }
  const { bytes, sha256 } = await a3.putOnceStream(`${publishedFolder(id)}/${path}`, body());
  return { file: { path, bytes, sha256, lines, content_sha256: sha256 }, byRule };
}

async function openMerge(
  id: AttemptId,
  ranges: number,
  others: readonly TableFinding[],
  a3: Pick<JobDailyA3Data, 'open'>,
): Promise<MergedLines<TableFinding>> {
  const own = others.map((finding) => Buffer.from(`${JSON.stringify(finding)}\n`));
  const sources: LineSource[] = [{ name: 'findings of the whole table', blocks: own }];
  for (let range = 0; range < ranges; range += 1) {
    const name = rangeFindingsKey(id, range);
    const blocks = await a3.open(name);
    if (blocks === null) throw corrupt(name, 'is missing');
    sources.push({ name, blocks });
  }
  return MergedLines.open(sources, { parse: (line) => JSON.parse(line) as TableFinding, compare: compareFindings });
}
