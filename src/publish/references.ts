/**
 * What the table findings need of each row, dealt by agreement identifier into ranges: all that concerns one identifier
 * lies in one range, so `check` needs no more memory than a range takes, whatever the size of the table.
 */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { AttemptId } from '../job/contracts.ts';
import type { JobDailyA3Data } from '../stores/job-daily-a3-data.ts';
import { referencesKey } from './attempt-files.ts';
import type { StoredRow } from './table-row.ts';

/** `key`: the row's own A3.3. The others: an A3.3 that the row names in that field. */
export type ReferenceKind = 'key' | 'A3.12' | 'A3.12.3';

/** Kind, the identifier, a digest of the row's values (`''` unless a key), then the row's namespace, lex id and A3.3. */
export type Reference = readonly [
  kind: ReferenceKind,
  identifier: string,
  digest: string,
  namespace: string,
  lex_id: string,
  own_identifier: string | null,
];

/** Where the values of a row's line end: they stand before its namespace, and no value can hold this text unescaped. */
const END_OF_VALUES = ',"namespace":';

/** Lines that are kept as text; then they become bytes, which take a third of the memory and no work of the collector. */
const TEXT_LINES = 500;

/** Collects a shard's references: about 100 bytes each, 40 MB for 200,000 rows that name another agreement. */
export class CollectReferences {
  readonly #ranges: { readonly bytes: Buffer[]; text: string[] }[];

  constructor(ranges: number) {
    this.#ranges = Array.from({ length: ranges }, () => ({ bytes: [], text: [] }));
  }

  add({ line, row }: StoredRow): void {
    const identifier = row['A3.3'];
    if (identifier !== null) {
      const values = line.slice(0, line.indexOf(END_OF_VALUES));
      this.#put('key', identifier, hash('sha256', values, 'hex').slice(0, 32), row);
    }
    if (row['A3.12'] !== null) this.#put('A3.12', row['A3.12'], '', row);
    if (row['A3.12.3'] !== null) this.#put('A3.12.3', row['A3.12.3'], '', row);
  }

  async write(id: AttemptId, shard: number, a3: Pick<JobDailyA3Data, 'putOnce'>): Promise<void> {
    for (const [range, { bytes, text }] of this.#ranges.entries()) {
      const body = Buffer.concat([...bytes, Buffer.from(text.join(''))]);
      if (body.length > 0) await a3.putOnce(referencesKey(id, range, shard), body);
    }
  }

  #put(kind: ReferenceKind, identifier: string, digest: string, row: StoredRow['row']): void {
    const reference: Reference = [kind, identifier, digest, row.namespace, row.lex_id, row['A3.3']];
    const range = this.#ranges[crc32(identifier) % this.#ranges.length]!;
    range.text.push(`${JSON.stringify(reference)}\n`);
    if (range.text.length < TEXT_LINES) return;
    range.bytes.push(Buffer.from(range.text.join('')));
    range.text = [];
  }
}
