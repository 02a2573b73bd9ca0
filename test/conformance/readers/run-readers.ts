/** Other people's programs on what we publish; see the scripts beside. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { READERS_PYTHON } from '../stand-ins/install.ts';

export type Cell = string | number | boolean | null;

/** The rows that DuckDB answers with. */
export function duckdb(sql: string): readonly (readonly Cell[])[] {
  const script = join(import.meta.dirname, 'duckdb_query.py');
  const lines = execFileSync(READERS_PYTHON, [script], { input: sql, encoding: 'utf8', maxBuffer: 1 << 28 });
  return lines
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Cell[]);
}

/** The faults of a data contract, or those of a data package; of one without faults: how many rows each file has. */
export function checkDescriptor(kind: 'contract' | 'package', file: string): readonly string[] {
  const script = join(import.meta.dirname, 'check_descriptors.py');
  return JSON.parse(execFileSync(READERS_PYTHON, [script, kind, file], { encoding: 'utf8' })) as string[];
}
