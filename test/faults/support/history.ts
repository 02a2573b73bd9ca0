/** A series of business days on one data folder, run in this process, and what the table and the hashes say after it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { contentHash } from '../../../src/agreements/content-hash.ts';
import { BUILT_IN_NAMESPACES } from '../../../src/agreements/namespaces/built-in.ts';
import type { JobInput } from '../../../src/job/job-input.ts';
import { DEFAULT_RETENTION } from '../../../src/job/retention-policy.ts';
import type { Ledger, LedgerNamespace, Manifest, TableRow } from '../../../src/publish/published.ts';
import { openPublishedDay, readLedger, readTable, resolveAsOf } from '../../../src/publish/read-published.ts';
import { openLocalRuntime } from '../../../src/runtime/local-runtime.ts';
import type { RunReport } from '../../../src/runtime/run-report.ts';
import type { HashEntry } from '../../../src/stores/agreement-hash.ts';
import { makeDataFolder, withStores } from './data-folder.ts';
import { inputOf } from './input.ts';
import { documentId, documentLine, LexBooks, type Namespace, type Variant } from './lex-books.ts';
import { runDay } from './processes.ts';

/** What is expected of one document. */
export interface Fate {
  /** What stands in the table; `null`: no row. */
  readonly published: Variant | null;
  /** Since when its rows are stale. */
  readonly staleSince?: string;
  /** What was refused since. */
  readonly rejected?: Variant;
}

export class History {
  readonly folder: string;
  readonly data: string;
  readonly books = new LexBooks();

  private constructor(folder: string) {
    this.folder = folder;
    this.data = join(folder, 'data');
  }

  static async begin(): Promise<History> {
    const history = new History(await mkdtemp(join(tmpdir(), 'lexdelta-')));
    await makeDataFolder(history.data);
    return history;
  }

  end(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  /** The Lex folder, as the books are now. */
  lexFolder(): Promise<string> {
    return this.books.write(join(this.folder, 'lex'));
  }

  /** Runs a day as the command would; the namespace `mac` alone unless told otherwise. */
  async run(business_date: string, changes: RunChanges = {}): Promise<RunReport> {
    const { lex = await this.lexFolder(), attempt = null, ...input } = changes;
    const runtime = await openLocalRuntime({
      dataFolder: this.data,
      lex,
      lexToken: null,
      lexTimeouts: { idleMs: 5_000, totalMs: 10_000 },
      rules: {},
      namespaceModules: {},
      retention: DEFAULT_RETENTION,
      threads: 1,
    });
    try {
      const outcome = await runtime.run({ input: macInput(business_date, input), attempt }, {});
      if (outcome.kind !== 'ended') throw new Error(`The run is ${outcome.kind}.`);
      return outcome.report;
    } finally {
      await runtime.close();
    }
  }

  /** As {@link run}, and the run succeeds. */
  async succeed(business_date: string, changes: RunChanges = {}): Promise<RunReport> {
    const report = await this.run(business_date, changes);
    expect(report).toMatchObject({ status: 'succeeded', error: null });
    return report;
  }

  /** Runs a day in a process that kills itself at the place. */
  async crash(business_date: string, crashAt: string, changes: RunChanges = {}): Promise<void> {
    const day = { data: this.data, lex: await this.lexFolder(), input: macInput(business_date, changes) };
    expect(await runDay(day, { env: { LEXDELTA_CRASH_AT: crashAt } })).toEqual({ kind: 'killed' });
  }

  /** Holds the table as of the date, and the hashes, to what is expected of every document that they may know. */
  async expectFates(business_date: string, fates: Readonly<Record<number, Fate>>, namespace: Namespace = 'mac') {
    const expected = Object.entries(fates).map(([n, fate]) => [Number(n), fate] as const);
    const rows = await this.table(business_date, namespace);
    const hashes = await this.hashes(namespace);
    expect(summaryOfRows(rows)).toEqual(
      expected.flatMap(([n, { published, staleSince = null }]) =>
        published === null
          ? []
          : [
              {
                lex_id: documentId(namespace, n),
                stale_since: staleSince,
                content: contentOf(namespace, n, published),
              },
            ],
      ),
    );
    expect(hashes.map(summaryOfHash)).toEqual(
      expected.flatMap(([n, { published, rejected }]) =>
        published === null && rejected === undefined
          ? []
          : [
              {
                lex_id: documentId(namespace, n),
                good: published === null ? null : contentOf(namespace, n, published),
                rejected: rejected === undefined ? null : contentOf(namespace, n, rejected),
              },
            ],
      ),
    );
  }

  async table(business_date: string, namespace: Namespace = 'mac'): Promise<readonly TableRow[]> {
    return withStores(this.data, async ({ jobStats, jobDailyA3Data: a3 }) => {
      const day = await openPublishedDay(a3, await resolveAsOf({ jobStats, a3 }, business_date));
      const rows = await Array.fromAsync(readTable(a3, day));
      return rows.filter((row) => row.namespace === namespace);
    });
  }

  async ledger(business_date: string): Promise<Ledger> {
    return withStores(this.data, async ({ jobStats, jobDailyA3Data: a3 }) =>
      readLedger(a3, await openPublishedDay(a3, await resolveAsOf({ jobStats, a3 }, business_date))),
    );
  }

  /** The ledger's line of `mac`. */
  async ledgerOfMac(business_date: string): Promise<LedgerNamespace> {
    return (await this.ledger(business_date)).namespaces.find(({ namespace }) => namespace === 'mac')!;
  }

  async manifest(key: string): Promise<Manifest> {
    return withStores(this.data, async ({ jobDailyA3Data }) => (await openPublishedDay(jobDailyA3Data, key)).manifest);
  }

  async hashes(namespace: Namespace = 'mac'): Promise<readonly HashEntry[]> {
    return withStores(this.data, async ({ agreementHash }) =>
      (await Array.fromAsync(agreementHash.readRange(namespace, null, null))).flat(),
    );
  }
}

export type RunChanges = Partial<Omit<JobInput, 'business_date' | 'namespaces'>> & {
  readonly namespaces?: readonly { readonly namespace: string }[];
  readonly lex?: string;
  readonly attempt?: number;
};

/** One namespace, so that a day is quick, and a gate that any document passes. */
export function macInput(business_date: string, changes: Readonly<Record<string, unknown>> = {}): JobInput {
  const namespaces = [{ namespace: 'mac' }];
  return inputOf(business_date, { namespaces, docs_transformation_percentage_success: 0, ...changes });
}

function contentOf(namespace: Namespace, n: number, variant: Variant): string {
  const module = BUILT_IN_NAMESPACES.find((each) => each.namespace === namespace)!;
  return contentHash(JSON.parse(documentLine(namespace, n, variant)), module.volatileFields);
}

/** A document's rows come from one content: each is told once. */
function summaryOfRows(rows: readonly TableRow[]) {
  const texts = rows.map(({ lex_id, lineage }) =>
    JSON.stringify({ lex_id, stale_since: lineage.stale_since, content: lineage.content_hash }),
  );
  return [...new Set(texts)].map((text) => JSON.parse(text) as unknown);
}

function summaryOfHash({ lex_id, good, rejected }: HashEntry) {
  return { lex_id, good: good?.content_hash ?? null, rejected: rejected?.content_hash ?? null };
}
