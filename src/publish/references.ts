/** What the findings on agreement identifiers need of each row, dealt by identifier into ranges. */
import { hash } from 'node:crypto';
import type { RangeFiles } from './range-files.ts';
import type { StoredRow } from './table-row.ts';

/** The row's own A3.3, a digest of its values, and whether it names an underlying obligor (A3.6.1). */
export type KeyReference = readonly [
  kind: 'key',
  identifier: string,
  namespace: string,
  lex_id: string,
  digest: string,
  hasObligor: boolean,
];

/** An A3.3 that the row names in that field, and the row's own. */
export type NamingReference = readonly [
  kind: 'A3.12' | 'A3.12.3',
  identifier: string,
  namespace: string,
  lex_id: string,
  own_identifier: string | null,
];

export type Reference = KeyReference | NamingReference;

/** Where the values of a row's line end: they stand before its namespace, and no value can hold this text unescaped. */
const END_OF_VALUES = ',"namespace":';

/** Collects a shard's references: about 100 bytes each, 40 MB for 200,000 rows that name another agreement. */
export class CollectReferences {
  readonly #files: Pick<RangeFiles, 'put'>;

  constructor(files: Pick<RangeFiles, 'put'>) {
    this.#files = files;
  }

  add({ line, row }: StoredRow): void {
    const { namespace, lex_id, 'A3.3': own } = row;
    if (own !== null) {
      const values = line.slice(0, line.indexOf(END_OF_VALUES));
      const digest = hash('sha256', values, 'hex').slice(0, 32);
      this.#put(['key', own, namespace, lex_id, digest, row['A3.6.1'] !== null]);
    }
    if (row['A3.12'] !== null) this.#put(['A3.12', row['A3.12'], namespace, lex_id, own]);
    if (row['A3.12.3'] !== null) this.#put(['A3.12.3', row['A3.12.3'], namespace, lex_id, own]);
  }

  #put(reference: Reference): void {
    this.#files.put(reference[1], reference);
  }
}
