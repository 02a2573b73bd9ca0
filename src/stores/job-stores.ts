import type { AgreementHash } from './agreement-hash.ts';
import type { GleifStore } from './gleif-reference.ts';
import type { JobDailyA3Data } from './job-daily-a3-data.ts';
import type { JobInstanceNamespaceQueryCounts, JobStats } from './job-stats.ts';
import type { EnrichmentQueue, EntityTable, GoverningLawTable } from './look-ups.ts';
import type { JobDailyBatchProcessing, JobDailyDelta } from './object-store.ts';

/** Every store of a job, wherever they are. */
export interface JobStores {
  readonly agreementHash: AgreementHash;
  readonly entities: EntityTable;
  readonly governingLaws: GoverningLawTable;
  readonly enrichmentQueue: EnrichmentQueue;
  readonly queryCounts: JobInstanceNamespaceQueryCounts;
  readonly jobStats: JobStats;
  readonly jobDailyDelta: JobDailyDelta;
  readonly jobDailyBatchProcessing: JobDailyBatchProcessing;
  readonly jobDailyA3Data: JobDailyA3Data;
  /** No run opens it. */
  readonly gleif: GleifStore;
}
