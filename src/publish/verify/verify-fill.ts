/** How many rows have each field: as the manifest has it for each shard, for all, and in its gate. */
import { ROW_FIELDS } from '../../agreements/table-a3/fields.ts';
import { MANIFEST_PATH } from '../checksums.ts';
import type { FillCounts, Manifest, Shard } from '../published.ts';
import type { Faults } from './faults.ts';

export function verifyShardCounts(
  shard: Shard,
  counts: {
    readonly rows: number;
    readonly staleRows: number;
    readonly unreadable: number;
    readonly fill: { readonly table: FillCounts };
  },
  faults: Faults,
): void {
  const tell = (what: string) => faults.add('rows', MANIFEST_PATH, null, what);
  const expect = (name: string, found: number, expected: number) => {
    if (found !== expected) tell(`has ${found} ${name} for shard ${shard.number} where its files have ${expected}`);
  };
  expect('rows', shard.rows, counts.rows);
  expect('stale rows', shard.stale_rows, counts.staleRows);
  expect('unreadable rows', shard.unreadable, counts.unreadable);
  if (shard.filled === undefined) return;
  for (const field of ROW_FIELDS) expect(`rows with ${field}`, shard.filled[field], counts.fill.table.filled[field]);
}

/** @param base of the base, `null`: not known */
export function verifyFill(manifest: Manifest, table: FillCounts, base: FillCounts | null, faults: Faults): void {
  const tell = (what: string) => faults.add('rows', MANIFEST_PATH, null, what);
  const { fill_rates, gates } = manifest;
  for (const field of ROW_FIELDS) {
    const found = fill_rates?.filled[field];
    if (found === undefined || found === table.filled[field]) continue;
    tell(`has ${found} rows with ${field} where the table has ${table.filled[field]}`);
  }
  const gate = gates.fill ?? null;
  if (gate === null) return;
  const filled = (counts: FillCounts) => (counts.filled as Readonly<Record<string, number>>)[gate.field];
  if (gate.numerator !== filled(table) || gate.denominator !== table.rows) {
    tell(
      `has ${gate.numerator} of ${gate.denominator} rows with ${gate.field} in its fill gate where the table has ${filled(table)} of ${table.rows}`,
    );
  }
  if (base !== null && (gate.base_numerator !== filled(base) || gate.base_denominator !== base.rows)) {
    tell(
      `has ${gate.base_numerator} of ${gate.base_denominator} rows of the base in its fill gate where the base has ${filled(base)} of ${base.rows}`,
    );
  }
}
