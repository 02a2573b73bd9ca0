/** What a forger would do who makes everything right again that a day says of itself. Each of these once went through. */
import { gunzipSync } from 'node:zlib';
import { type FileMetaData, parquetMetadata } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { TABLE_COLUMNS } from '../../../src/publish/parquet/columns.ts';
import { PARQUET_LIMITS, ParquetEncoder } from '../../../src/publish/parquet/parquet-encoder.ts';
import type {
  ChangeLine,
  Ledger,
  Manifest,
  RejectedEntry,
  Shard,
  TableRow,
  UsesLine,
} from '../../../src/publish/published.ts';
import type { PublishedDay } from '../../../src/publish/read-published.ts';
import type { Fault } from '../../../src/publish/verify/faults.ts';
import type { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { forged, publishThree, verify } from './days.ts';

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
type Edits = Readonly<Record<string, (was: string) => string>>;

let a3: MemoryJobDailyA3Data;
/** On the second, `m-03` is rejected and its rows turn stale; on the third `n-1` stands rejected, without a row. */
let [second, third]: readonly PublishedDay[] = [];

beforeAll(async () => {
  const [store, days] = await publishThree();
  a3 = store;
  [, second, third] = days;
});

async function faultsOf(
  day: PublishedDay | undefined,
  edits: Edits,
  editManifest: (manifest: Mutable<Manifest>) => void = () => undefined,
): Promise<readonly Fault[]> {
  const store = await forged(a3, day!, edits, (manifest) => {
    const copy = structuredClone(manifest) as Mutable<Manifest>;
    editManifest(copy);
    return copy as Manifest;
  });
  return (await verify(store, day!)).faults;
}

async function linesOf<T>(day: PublishedDay, path: string): Promise<readonly T[]> {
  const text = gunzipSync((await a3.get(`${day.folder}/${path}`))!).toString('utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);
}

async function shardOf(day: PublishedDay, kind: 'table' | 'rejected', lex_id: string): Promise<Shard> {
  for (const shard of day.manifest.shards) {
    const lines = await linesOf<{ readonly lex_id: string }>(day, shard[kind].path);
    if (lines.some((line) => line.lex_id === lex_id)) return shard;
  }
  throw new Error(`${lex_id} is nowhere.`);
}

const lines = (values: readonly unknown[]) => () => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const ledger = (edit: (ledger: Mutable<Ledger>) => void) => (was: string) => {
  const value = JSON.parse(was) as Mutable<Ledger>;
  edit(value);
  return `${JSON.stringify(value, null, 1)}\n`;
};

function parquet(rows: readonly TableRow[], groupRows = PARQUET_LIMITS.groupRows): Buffer {
  const encoder = new ParquetEncoder(TABLE_COLUMNS, { ...PARQUET_LIMITS, groupRows });
  return Buffer.concat([...rows.flatMap((row) => encoder.add(row)), ...encoder.finish()]);
}

/** The file with another footer. */
function withFooter(file: Buffer, edit: (footer: FileMetaData) => void): string {
  const footer = parquetMetadata(new Uint8Array(file).buffer);
  edit(footer);
  const writer = new ByteWriter();
  writeMetadata(writer, footer, 64);
  const pages = file.subarray(0, file.length - 8 - file.readUInt32LE(file.length - 8));
  return Buffer.concat([pages, writer.getBytes(), Buffer.from('PAR1')]).toString('latin1');
}

describe('verifying a day that was forged with all its figures', () => {
  it('finds fields of a stale row that a rejection is said to have changed', async () => {
    const day = second!;
    const shard = await shardOf(day, 'table', 'm-03');
    const { run } = day.manifest;
    const rows = (await linesOf<TableRow>(day, shard.table.path)).map((row) =>
      row.lex_id === 'm-03' ? { ...row, 'A3.7': 'Utopia', lineage: { ...row.lineage, run } } : row,
    );
    const log = (await linesOf<ChangeLine>(day, shard.changes.path)).map((line) =>
      line.lex_id === 'm-03' ? { ...line, fields: { 'A3.7': { from: null, to: 'Utopia' } } } : line,
    );
    const added = rows.filter(({ lex_id }) => lex_id === 'm-03').length;

    const faults = await faultsOf(
      day,
      {
        [shard.table.path]: lines(rows),
        [shard.changes.path]: lines(log),
        [shard.parquet!.path]: () => parquet(rows).toString('latin1'),
        'ledger.json': ledger(({ namespaces, accepted }) => {
          const mac = namespaces.find(({ namespace }) => namespace === 'mac')!;
          for (const kind of ['published', 'changed', 'listed', 'total_docs'] as const) mac[kind] = mac[kind]! + 1;
          accepted![0]!.evidence!.numerator += 1;
          accepted![0]!.evidence!.denominator += 1;
        }),
      },
      ({ shards, fill_rates, query, gates }) => {
        shards[shard.number]!.filled!['A3.7'] += added;
        fill_rates!.filled['A3.7'] += added;
        const mac = query.find(({ namespace }) => namespace === 'mac')!;
        for (const kind of ['changed', 'planned', 'total_docs', 'total_docs_queried'] as const)
          mac[kind] = mac[kind]! + 1;
        gates.query.numerator += 1;
        gates.query.denominator += 1;
        gates.query.ratio = gates.query.numerator / gates.query.denominator;
      },
    );

    expect(faults).toMatchObject([{ claim: 'rows', file: shard.table.path }]);
    expect(faults[0]?.what).toContain('what is rejected makes no row');
  });

  it('finds a rejected document without a row that is not there any more', async () => {
    const day = third!;
    const shard = await shardOf(day, 'rejected', 'n-1');
    const uses = (await linesOf<UsesLine>(day, shard.uses.path)).map((line) => {
      return { ...line, lex_ids: line.lex_ids.filter(({ lex_id }) => lex_id !== 'n-1') };
    });
    const entries = await linesOf<RejectedEntry>(day, shard.rejected.path);

    const faults = await faultsOf(
      day,
      {
        [shard.rejected.path]: lines(entries.filter(({ lex_id }) => lex_id !== 'n-1')),
        [shard.uses.path]: lines(uses.filter(({ lex_ids }) => lex_ids.length > 0)),
        'ledger.json': ledger((value) => {
          value.rejected_now -= 1;
        }),
      },
      ({ shards }) => {
        const { marks } = shards[shard.number]!;
        shards[shard.number]!.marks = marks.filter(({ lex_id }) => lex_id !== 'n-1');
      },
    );

    const ofLedger = faults.filter(({ claim }) => claim === 'ledger').map(({ what }) => what);
    expect(ofLedger).toEqual(['has 0 documents removed of mac where at least 1 are expected']);
  });

  it('finds a rejection of today that is said to be older', async () => {
    const day = second!;
    const { path } = (await shardOf(day, 'rejected', 'm-03')).rejected;
    const entries = (await linesOf<RejectedEntry>(day, path)).map((entry) => ({ ...entry, since: '2021-10-01' }));

    const faults = await faultsOf(day, { [path]: lines(entries) });

    expect(faults.map(({ claim, file }) => [claim, file])).toContainEqual(['rejected', path]);
  });

  it.each(['query', 'transformation'] as const)('finds a %s gate over other documents', async (name) => {
    const faults = await faultsOf(
      second,
      {
        'ledger.json': ledger(({ accepted }) => {
          if (name === 'query') accepted![0]!.evidence!.denominator *= 3;
        }),
      },
      ({ gates }) => {
        const gate = gates[name];
        gate.denominator *= 3;
        gate.ratio = gate.numerator / gate.denominator;
      },
    );

    expect(faults).toMatchObject([{ file: 'manifest.json' }]);
    expect(faults[0]?.what).toContain(`${name} gate`);
  });

  it('finds a query gate that takes unreadable lines for read', async () => {
    const faults = await faultsOf(
      second,
      {
        'ledger.json': ledger(({ accepted }) => {
          accepted![0]!.evidence!.numerator += 1;
        }),
      },
      ({ gates }) => {
        gates.query.numerator += 1;
        gates.query.ratio = gates.query.numerator / gates.query.denominator;
      },
    );

    expect(faults.map(({ claim, what }) => [claim, what])).toEqual([
      ['ledger', expect.stringMatching(/^has (\d+) documents read in its query gate where the ledger has/)],
    ]);
  });

  it('finds Parquet rows that its own count hides, and bounds that hide rows', async () => {
    const day = second!;
    const shard = day.manifest.shards[0]!;
    const { path } = shard.parquet!;
    const rows = await linesOf<TableRow>(day, shard.table.path);
    const longer = withFooter(parquet([...rows, rows[0]!], rows.length), (footer) => {
      footer.num_rows = BigInt(rows.length);
    });
    const bounded = (edit: (statistics: { max_value?: unknown; null_count?: unknown }) => void) =>
      withFooter(parquet(rows), ({ row_groups }) => {
        edit(row_groups[0]!.columns[0]!.meta_data!.statistics as { max_value?: unknown });
      });
    const cases = {
      [`holds ${rows.length + 1} rows`]: longer,
      'another greatest value': bounded((statistics) => {
        statistics.max_value = 'A';
      }),
      '1 nulls': bounded((statistics) => {
        statistics.null_count = 1n;
      }),
    };
    for (const [what, bytes] of Object.entries(cases)) {
      const faults = await faultsOf(day, { [path]: () => bytes });
      expect(faults, what).toMatchObject([{ claim: 'parquet', file: path }]);
      expect(faults[0]?.what).toContain(what);
    }
  });

  it('finds a look-up row that nobody uses, and a finding of another field', async () => {
    const day = second!;
    const { path } = day.manifest.shards[0]!.uses;
    const used = await linesOf<UsesLine>(day, path);
    const unused: UsesLine = { table: 'Entity', key: '!', version: 'v', lex_ids: [] };

    const ofUses = await faultsOf(day, { [path]: lines([unused, ...used]) });
    const ofFindings = await faultsOf(day, {
      'findings.ndjson': (was) => was.replace('"field":"A3.3"', '"field":"A3.16"'),
    });

    expect(ofUses).toMatchObject([{ claim: 'uses', file: path, line: 1 }]);
    expect(ofFindings).toMatchObject([{ claim: 'findings', line: 3 }]);
  });

  it('says of what it could not hold against rows out of order that it is not shown', async () => {
    const day = second!;
    const { path } = day.manifest.shards.find(({ rows }) => rows > 3)!.table;
    const [first, next, ...rest] = await linesOf<TableRow>(day, path);

    const { claims } = await verify(await forged(a3, day, { [path]: lines([next, first, ...rest]) }), day);

    const told = claims.filter(({ state }) => state !== 'shown').map(({ claim, state }) => `${claim} ${state}`);
    expect(told).toEqual([
      'rows failed',
      'texts not shown',
      'parquet not shown',
      'uses not shown',
      'changes not shown',
    ]);
  });
});
