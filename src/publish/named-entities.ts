/** The entities that rows name, dealt by identifier into ranges, with how many rows name them. */
import { ENTITY_FIELDS, type EntityField } from '../agreements/table-a3/record-rules.ts';
import type { TableRow } from './published.ts';
import type { RangeFiles } from './range-files.ts';
import { Tally } from './table-finding.ts';

/**
 * An entity that rows of a shard name in that field: how many, and the first of them (namespace, lex id, A3.3). A shard may
 * have several lines of one entity, in the order of its rows.
 */
export type NamedEntity = readonly [
  field: EntityField,
  identifier: string,
  count: number,
  rows: readonly (readonly [namespace: string, lex_id: string, own_identifier: string | null])[],
];

/** Entities that are counted before they are put among the lines: some 20 MB, whatever the rows name. */
const MAX_OPEN = 50_000;

export class CollectNamedEntities {
  readonly #files: Pick<RangeFiles, 'put'>;
  readonly #maxOpen: number;
  readonly #open = new Map<EntityField, Map<string, Tally>>(ENTITY_FIELDS.map((field) => [field, new Map()]));
  #count = 0;

  constructor(files: Pick<RangeFiles, 'put'>, maxOpen = MAX_OPEN) {
    this.#files = files;
    this.#maxOpen = maxOpen;
  }

  add(row: TableRow): void {
    for (const [field, open] of this.#open) {
      const value = row[field];
      if (value === null) continue;
      if (field !== 'A3.9') this.#count += count(open, value, row);
      else for (const id of value.split(',')) this.#count += count(open, id, row);
    }
    if (this.#count >= this.#maxOpen) this.flush();
  }

  /** Puts what is counted among the lines: once more at the end. */
  flush(): void {
    for (const [field, open] of this.#open) {
      for (const [identifier, { count: rows, rows: first }] of open) {
        const shown = first.map(({ namespace, lex_id, 'A3.3': own }) => [namespace, lex_id, own] as const);
        const line: NamedEntity = [field, identifier, rows, shown];
        this.#files.put(identifier, line);
      }
      open.clear();
    }
    this.#count = 0;
  }
}

/** @returns 1 for an entity that was not open yet, else 0 */
function count(open: Map<string, Tally>, identifier: string, row: TableRow): 0 | 1 {
  const known = open.get(identifier);
  const tally = known ?? new Tally();
  if (known === undefined) open.set(identifier, tally);
  tally.add({ namespace: row.namespace, lex_id: row.lex_id, 'A3.3': row['A3.3'] });
  return known === undefined ? 1 : 0;
}
