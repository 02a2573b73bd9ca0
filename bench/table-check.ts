/**
 * Memory and time of the check of a table, by its size: `node bench/table-check.ts`.
 * Makes what `build` leaves for tables of 200,000 and 2,000,000 rows (`--rows 200000,2000000`), then checks each in a process
 * of its own, started as the program itself is, and prints its peak memory. In the tables called `shared` a tenth of all rows
 * has one agreement identifier. The plain loop reads the same files and does nothing with them.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MEMORY_ENVIRONMENT, MEMORY_FLAGS } from '../bin/memory-flags.js';
import { entityItem } from '../src/agreements/make-look-up-items.ts';
import { type A3Values, ROW_FIELDS } from '../src/agreements/table-a3/fields.ts';
import { DEFAULT_RULES } from '../src/agreements/table-a3/rules-in-force.ts';
import { buildPlanKey, referencesFolder } from '../src/publish/attempt-files.ts';
import { checkTable } from '../src/publish/check-table.ts';
import { CollectForCheck } from '../src/publish/collect-for-check.ts';
import { LINES_PER_RANGE } from '../src/publish/plan-shards.ts';
import type { TableRow } from '../src/publish/published.ts';
import { encodeJson } from '../src/publish/shard-plan.ts';
import { storedRow } from '../src/publish/table-row.ts';
import { FolderJobDailyA3Data } from '../src/stores/embedded/folder-job-daily-a3-data.ts';

const ROWS_PER_SHARD = 200_000;
const ID = { business_date: '2021-10-20', attempt: 1 };
const EMPTY = Object.fromEntries(ROW_FIELDS.map((field) => [field, null])) as A3Values;

/** One row a document; four fields of five name an entity, one row of four another agreement, some of them in vain. */
function row(i: number, isShared: boolean): TableRow {
  const values: Partial<A3Values> = {
    'A3.2': `RECORDS-${i % 7}`,
    'A3.3': isShared && i % 10 === 0 ? 'SHARED' : `AGREEMENT-${i}`,
    'A3.4': 'ISDA Master 1992',
    'A3.5': '2010-01-25',
    'A3.6': `COUNTERPARTY-${Math.floor(i / 3)}`,
    'A3.7': 'New York',
    'A3.9': `COUNTERPARTY-${Math.floor(i / 5)},COUNTERPARTY-${Math.floor(i / 9)}`,
    'A3.11': `COUNTERPARTY-${Math.floor(i / 11)}`,
    'A3.12': i % 4 === 0 ? `AGREEMENT-${i + 1 + (i % 1_000 === 0 ? 1e9 : 0)}` : null,
  };
  const lineage = {
    content_hash: '',
    hash_scheme: 1,
    mapping_version: 'm',
    run: 'r',
    stale_since: null,
    full_name: null,
  };
  return { ...EMPTY, ...values, namespace: 'mac', lex_id: `mac-${String(i).padStart(10, '0')}`, lineage, uses: [] };
}

async function makeTable(folder: string, rows: number, isShared: boolean): Promise<void> {
  const a3 = new FolderJobDailyA3Data(folder);
  const ranges = Math.max(1, Math.ceil(rows / LINES_PER_RANGE));
  for (let shard = 0; shard * ROWS_PER_SHARD < rows; shard += 1) {
    const forCheck = new CollectForCheck(ranges);
    for (let i = shard * ROWS_PER_SHARD; i < Math.min(rows, (shard + 1) * ROWS_PER_SHARD); i += 1) {
      forCheck.add(storedRow(row(i, isShared)));
    }
    await forCheck.write(ID, shard, a3);
  }
  const shards = Math.ceil(rows / ROWS_PER_SHARD);
  await a3.putOnce(buildPlanKey(ID), encodeJson({ format: 1, shards, ranges }));
}

const entities = {
  get: async (key: string) =>
    key.endsWith('7') ? null : entityItem(key, key.startsWith('records') ? ['CO'] : ['CP'], {}),
};

async function work(what: string, folder: string, rows: number): Promise<void> {
  const a3 = new FolderJobDailyA3Data(folder);
  const begun = performance.now();
  if (what === 'check') {
    const input = { ...ID, job_id: 'r', base: null, phase: 'check', batch: 0, batches: 1, cursor: null } as const;
    await checkTable(input, { a3, entities, rules: DEFAULT_RULES, shouldStop: () => false });
  } else {
    let bytes = 0;
    for (let range = 0; range < Math.max(1, Math.ceil(rows / LINES_PER_RANGE)); range += 1) {
      for await (const { key } of a3.list(referencesFolder(ID, range))) {
        for await (const block of (await a3.open(key)) ?? []) bytes += block.length;
      }
    }
    if (bytes === 0) throw new Error('Nothing was read.');
  }
  const seconds = (performance.now() - begun) / 1000;
  process.stdout.write(JSON.stringify({ seconds, peakMiB: process.resourceUsage().maxRSS / 1024 }));
}

function measure(what: string, folder: string, rows: number): { readonly seconds: number; readonly peakMiB: number } {
  const args = [fileURLToPath(import.meta.url), '--work', what, '--folder', folder, '--rows', String(rows)];
  const { stdout, status } = spawnSync(process.execPath, [...MEMORY_FLAGS, ...args], {
    env: { ...process.env, ...MEMORY_ENVIRONMENT },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${what} of ${rows} rows failed.`);
  return JSON.parse(stdout.toString()) as { seconds: number; peakMiB: number };
}

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '200000,2000000' },
    work: { type: 'string' },
    folder: { type: 'string', default: '' },
  },
});

if (flags.work !== undefined) await work(flags.work, flags.folder, Number(flags.rows));
else {
  console.log('table        rows        check  rows/s   peak      plain loop');
  for (const kind of ['ordinary', 'shared'] as const) {
    for (const rows of flags.rows.split(',').map(Number)) {
      const folder = await mkdtemp(join(tmpdir(), 'lexdelta-'));
      try {
        await makeTable(folder, rows, kind === 'shared');
        const loop = measure('loop', folder, rows);
        const check = measure('check', folder, rows);
        const figures = [
          kind.padEnd(9),
          rows.toLocaleString('en-US').padStart(10),
          `${check.seconds.toFixed(1)} s`.padStart(11),
          Math.round(rows / check.seconds)
            .toLocaleString('en-US')
            .padStart(8),
          `${Math.round(check.peakMiB)} MiB`.padStart(9),
          `${loop.seconds.toFixed(1)} s`.padStart(8),
        ];
        console.log(figures.join(' '));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
  }
}
