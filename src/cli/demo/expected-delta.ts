/** What a day of the sample has to come to, found by comparing its files: nothing of the job is used for it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ExpectedDelta {
  readonly listed: number;
  readonly added: number;
  readonly gone: number;
  /** Other bytes than the day before: changed, or only re-saved. */
  readonly differing: number;
  readonly same: number;
}

/** @param before `null`: there was no day before */
export async function expectedDelta(
  namespaces: readonly string[],
  today: string,
  before: string | null,
): Promise<ExpectedDelta> {
  let delta: ExpectedDelta = { listed: 0, added: 0, gone: 0, differing: 0, same: 0 };
  for (const namespace of namespaces) {
    const now = await documentsOf(join(today, `${namespace}.ndjson`));
    const then = before === null ? new Map<string, string>() : await documentsOf(join(before, `${namespace}.ndjson`));
    const kept = [...now].filter(([id]) => then.has(id));
    const same = kept.filter(([id, line]) => then.get(id) === line).length;
    delta = {
      listed: delta.listed + now.size,
      added: delta.added + now.size - kept.length,
      gone: delta.gone + then.size - kept.length,
      differing: delta.differing + kept.length - same,
      same: delta.same + same,
    };
  }
  return delta;
}

/** The id is the first text field of each of the sample's documents. */
async function documentsOf(file: string): Promise<ReadonlyMap<string, string>> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [idOf(line), line]));
}

function idOf(line: string): string {
  const document = JSON.parse(line) as Readonly<Record<string, unknown>>;
  return String(document['lexId'] ?? document['doc_id'] ?? document['id'] ?? document['k']);
}
