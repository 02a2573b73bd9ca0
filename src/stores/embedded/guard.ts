/** The check that only the process that took an execution last writes on its behalf. */
import { PermanentError } from '../../errors.ts';
import type { Table } from './environment.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** Name of the table: execution → {@link IncarnationRecord}. */
export const INCARNATIONS = 'incarnations';

export interface Guard {
  readonly execution: string;
  /** As {@link IncarnationRecord}, when this process took the execution. */
  readonly incarnation: number;
}

/** Who runs an execution, or ran it last. */
export interface IncarnationRecord extends ProcessIdentity {
  /** Counts, from 1 on, how often a process took the execution. */
  readonly incarnation: number;
  /** Milliseconds since 1970. */
  readonly time_ms: number;
  /** The process gave the execution back. */
  readonly is_released: boolean;
}

/** @throws PermanentError `RUN_SUPERSEDED` */
export function checkGuard({ execution, incarnation }: Guard, incarnations: Table<IncarnationRecord>): void {
  const current = incarnations.get(execution);
  if (current?.incarnation === incarnation) return;
  const by = current === null ? '' : ` by process ${current.pid}`;
  throw new PermanentError('RUN_SUPERSEDED', `The execution \`${execution}\` was taken over${by}.`, {
    execution,
    incarnation,
  });
}
