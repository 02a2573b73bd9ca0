/**
 * `node bench/parquet.ts [rows]` (200000): rows a second that become Parquet, their bytes, and the peak memory, beside a
 * plain loop that only makes the same rows. Every day's build pays this once for each row of a shard that changed.
 */
import { createHash } from 'node:crypto';
import { ROW_FIELDS } from '../src/agreements/table-a3/fields.ts';
import { TABLE_COLUMNS } from '../src/publish/parquet/columns.ts';
import { ParquetEncoder } from '../src/publish/parquet/parquet-encoder.ts';
import type { TableRow } from '../src/publish/published.ts';

const ENTITIES = 40;
const COUNTERPARTIES = 30_000;
const LAWS = ['New York', 'England and Wales', 'Delaware', 'Ontario', 'Japan', 'Ireland'];

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function lei(number: number): string {
  return `${digest(`entity ${number}`).slice(0, 18).toUpperCase()}42`;
}

/** As it comes from a shard's line: texts of its own, parsed from JSON. */
function makeRow(i: number): TableRow {
  const party = (i * 7919) % COUNTERPARTIES;
  const name = digest(`party ${party}`).slice(0, 14);
  const given: Partial<TableRow> = {
    'A3.2': lei(i % ENTITIES),
    'A3.3': `AGR-${i}`,
    'A3.4': 'ISDA Master Agreement 2002',
    'A3.5': `20${String(i % 22).padStart(2, '0')}-03-01`,
    'A3.6': lei(ENTITIES + party),
    'A3.7': LAWS[i % LAWS.length]!,
    'A3.8': 'N',
    'A3.10': 'N',
    'A3.12.1': 'N',
    'A3.13': `Contact ${name}`,
    'A3.14': `${party} ${name} Street, Springfield`,
    'A3.16': `${name}@example.com`,
  };
  const values = Object.fromEntries(ROW_FIELDS.map((field) => [field, given[field] ?? null]));
  const lineage = { content_hash: digest(`${i}`), hash_scheme: 1, mapping_version: 'cct-1', run: 'run-1' };
  const row = { ...values, namespace: 'cct', lex_id: `D${String(i).padStart(9, '0')}` };
  return JSON.parse(JSON.stringify({ ...row, lineage: { ...lineage, stale_since: null, full_name: null }, uses: [] }));
}

/** @returns milliseconds of processor time */
function measure(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const rows = Number(process.argv[2] ?? 200_000);
let bytes = 0;
const loopMs = measure(() => {
  for (let i = 0; i < rows; i += 1) makeRow(i);
});
const bothMs = measure(() => {
  const encoder = new ParquetEncoder(TABLE_COLUMNS);
  const take = (parts: readonly Uint8Array[]) => {
    for (const part of parts) bytes += part.length;
  };
  for (let i = 0; i < rows; i += 1) take(encoder.add(makeRow(i)));
  take(encoder.finish());
});
const encodingMs = bothMs - loopMs;
const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
const perSecond = Math.round((rows / encodingMs) * 1000);
console.log(JSON.stringify({ rows, bytes, microsecondsPerRow: (encodingMs * 1000) / rows, perSecond, peakMb }));
