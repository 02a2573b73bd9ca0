import { join } from 'node:path';
import type { JobStores } from '../job-stores.ts';
import { removeAbandonedPartials } from './durable-files.ts';
import { FolderJobDailyA3Data } from './folder-job-daily-a3-data.ts';
import { FolderObjectStore } from './folder-object-store.ts';
import { FolderGleifStore } from './gleif-file.ts';
import type { Guard } from './guard.ts';
import { LmdbAgreementHash } from './lmdb-agreement-hash.ts';
import { LmdbEnrichmentQueue } from './lmdb-enrichment-queue.ts';
import { LmdbEntityTable } from './lmdb-entity-table.ts';
import { LmdbGoverningLawTable } from './lmdb-governing-law-table.ts';
import { LmdbItemTables } from './lmdb-item-tables.ts';
import { LmdbJobStats } from './lmdb-job-stats.ts';
import { LmdbQueryCounts } from './lmdb-query-counts.ts';
import { type EmbeddedEnvironment, openEnvironment } from './open-environment.ts';

export interface EmbeddedStores extends JobStores {
  readonly environment: EmbeddedEnvironment;
  readonly itemTables: LmdbItemTables;
  close(): Promise<void>;
}

export interface EmbeddedStoresOptions {
  /** The data folder; its layout is the one below. */
  readonly folder: string;
  readonly guard?: Guard;
  readonly readOnly?: boolean;
  /** As `openEnvironment`. */
  readonly busyAfterMs?: number;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: () => number;
}

/**
 * All stores of a data folder. Cheap: every worker thread opens its own.
 * @throws as `openEnvironment`
 */
export function openEmbeddedStores(options: EmbeddedStoresOptions): EmbeddedStores {
  const { folder } = options;
  const environment = openEnvironment(options);
  const checkWriter = () => environment.checkWriter();
  const itemTables = new LmdbItemTables(environment);
  const objectStore = (name: string) => new FolderObjectStore(join(folder, name), name, checkWriter);
  return {
    environment,
    agreementHash: new LmdbAgreementHash(environment),
    entities: new LmdbEntityTable(environment),
    governingLaws: new LmdbGoverningLawTable(environment),
    enrichmentQueue: new LmdbEnrichmentQueue(environment, options.now),
    queryCounts: new LmdbQueryCounts(environment),
    itemTables,
    jobStats: new LmdbJobStats(itemTables),
    jobDailyDelta: objectStore('JobDailyDelta'),
    jobDailyBatchProcessing: objectStore('jobdailybatchprocessing'),
    jobDailyA3Data: new FolderJobDailyA3Data(join(folder, 'JobDailyA3Data'), checkWriter),
    gleif: new FolderGleifStore(folder),
    close: () => environment.close(),
  };
}

/** Removes what processes that died left half-written, once at the start of a run. Safe beside a running one. */
export async function sweepAbandonedFiles(folder: string): Promise<void> {
  for (const store of ['JobDailyDelta', 'jobdailybatchprocessing', 'JobDailyA3Data']) {
    await removeAbandonedPartials(join(folder, store));
  }
}
