/** What an import would set in motion: the documents that the next run would transform again. */
import { crc32 } from 'node:zlib';
import type { Use } from '../../agreements/look-up-items.ts';
import { findImpact, type Impact } from '../../publish/find-impact.ts';
import { scanUses } from '../../publish/scan-uses.ts';
import type { JobData } from '../../runtime/job-data.ts';
import { plural } from '../terminal/figures.ts';
import { wrap } from '../terminal/wrap.ts';
import { lastTable } from './last-table.ts';
import { impactTable } from './render-impact.ts';

export interface Touched extends Impact {
  readonly as_of: string;
}

/**
 * @param changed the rows as they would be
 * @returns `null`: nothing is published yet
 */
export async function findTouched(changed: AsyncIterable<Use>, data: JobData): Promise<Touched | null> {
  const day = await lastTable(data);
  if (day === null) return null;
  const { jobDailyA3Data } = data;
  const used = new UsedKeys();
  for (const shard of day.manifest.shards) {
    for await (const batch of scanUses(jobDailyA3Data, day.folder, shard)) for (const { use } of batch) used.add(use);
  }
  const versions = new Map<string, string>();
  for await (const use of changed) if (used.mayHave(use)) versions.set(textOf(use), use.version);
  const isMeant = (use: Use) => {
    const version = versions.get(textOf(use));
    return version !== undefined && version !== use.version;
  };
  const impact = await findImpact(jobDailyA3Data, day, { isMeant, key: null, limit: 0 });
  return { as_of: day.manifest.business_date, ...impact };
}

export function tellTouched(touched: Touched | null, width: number): readonly string[] {
  if (touched === null)
    return wrap('Nothing was written. No table is published yet, so no document is touched.', width);
  const { as_of, documents } = touched;
  const text = `Nothing was written. ${plural(documents, 'document')} of the table as of ${as_of} would be transformed again.`;
  return [...wrap(text, width), ...(documents === 0 ? [] : impactTable(touched, width))];
}

/**
 * The keys that documents use, about: an import may change millions that nobody uses, and those need not be held. Of 600,000
 * used keys, one in a hundred others is taken for one.
 */
class UsedKeys {
  readonly #bits = new Uint8Array(2 ** 23);

  add(use: Use): void {
    const bit = bitOf(use);
    this.#bits[bit >>> 3]! |= 1 << (bit & 7);
  }

  mayHave(use: Use): boolean {
    const bit = bitOf(use);
    return (this.#bits[bit >>> 3]! & (1 << (bit & 7))) !== 0;
  }
}

/** From 0 to 2 ** 26 - 1. */
function bitOf(use: Use): number {
  return crc32(textOf(use)) >>> 6;
}

function textOf({ table, key }: Use): string {
  return `${table} ${key}`;
}
