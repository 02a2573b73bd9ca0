/**
 * JobStats: one row a run, and the lock item (`LOCK`, `LOCK`). Rows are written by the state machine itself
 * (`dynamodb:putItem`, `updateItem`); everybody else reads them through this.
 */
export type RunStatus =
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'published_incomplete'
  | 'superseded'
  | 'aborted'
  | 'timed_out';

/** Attributes as the machine writes them, unmarshalled: numbers are numbers, JSON texts stay texts. */
export interface JobStatsRow {
  readonly business_date: string;
  readonly execution_name: string;
  readonly attempt: number;
  readonly status: RunStatus;
  readonly fence: number;
  readonly [attribute: string]: string | number | boolean | null;
}

export interface LockItem {
  readonly owner: string | null;
  readonly fence: number;
  /** Key of the manifest last published, in JobDailyA3Data; `null` before the first. */
  readonly head: string | null;
  /** Business date of the head. */
  readonly as_of: string | null;
  /** Manifest whose hashes are all written. */
  readonly hashes_of: string | null;
}

export interface JobStats {
  getRun(business_date: string, execution_name: string): Promise<JobStatsRow | null>;
  /** All rows, ascending by date, then attempt. */
  listRuns(options?: { readonly business_date?: string }): AsyncIterable<JobStatsRow>;
  getLock(): Promise<LockItem>;
}

/** One row of JobInstanceNamespaceQueryCounts: job id, `namespace#iteration`, counts. */
export interface QueryCountsRow {
  readonly job_id: string;
  readonly namespace: string;
  readonly iteration: number;
  readonly [attribute: string]: string | number | boolean | null;
}

export interface JobInstanceNamespaceQueryCounts {
  put(row: QueryCountsRow): Promise<void>;
  list(job_id: string): AsyncIterable<QueryCountsRow>;
}
