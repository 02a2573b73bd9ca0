/** What is known of a run while it works, made from its events alone. */
import type { RunEvent } from '../../runtime/run-events.ts';

export type Stage = 'query' | 'query gate' | 'transform' | 'transform gate' | 'publish' | 'hashes' | 'clean up';

export const STAGES: readonly Stage[] = [
  'query',
  'query gate',
  'transform',
  'transform gate',
  'publish',
  'hashes',
  'clean up',
];

/** The first state of each stage, and those inside it that users know by another word. */
const STAGE_OF_STATE: Readonly<Record<string, Stage>> = {
  FinishAsOf: 'query',
  FinishHashes: 'query',
  PlanReprocessing: 'query',
  QueryNamespaces: 'query',
  ValidateNamespacesQueryingProcess: 'query gate',
  CreateBatchesForDeltaDocs: 'transform',
  TransformBatches: 'transform',
  CalculateTotalTransformedDocs: 'transform gate',
  CreateJobDailyA3Data: 'publish',
  BuildShards: 'publish',
  CheckTable: 'publish',
  WriteManifest: 'publish',
  PublishHead: 'publish',
  WriteAsOf: 'publish',
  UpdateAgreementHashes: 'hashes',
  RecordHashesWritten: 'hashes',
  CleanupDailyJob: 'clean up',
};

export interface NamespaceProgress {
  readonly namespace: string;
  /** `null`: not asked yet, or Lex could not say. */
  readonly total: number | null;
  readonly read: number;
  readonly state: 'waiting' | 'reading' | 'complete' | 'incomplete';
  /** When it began to read, and when it was last heard of: milliseconds since 1970. */
  readonly startedMs: number | null;
  readonly heardMs: number | null;
}

export interface Progress {
  readonly run: string;
  readonly attempt: number;
  readonly mode: 'new' | 'resumed' | 'following';
  readonly startedMs: number;
  readonly stage: Stage;
  readonly namespaces: readonly NamespaceProgress[];
  /** `null` before the plan is made. */
  readonly slices: { readonly done: number; readonly total: number } | null;
  readonly troubles: number;
}

export function startProgress(run: string, namespaces: readonly string[], nowMs: number): Progress {
  return {
    run,
    attempt: 1,
    mode: 'new',
    startedMs: nowMs,
    stage: 'query',
    namespaces: namespaces.map((namespace) => ({
      namespace,
      total: null,
      read: 0,
      state: 'waiting',
      startedMs: null,
      heardMs: null,
    })),
    slices: null,
    troubles: 0,
  };
}

export function applyEvent(progress: Progress, event: RunEvent, nowMs: number): Progress {
  switch (event.type) {
    case 'run':
      return { ...progress, run: event.run, attempt: event.attempt, mode: event.mode };
    case 'state': {
      const stage = event.phase === 'entered' ? STAGE_OF_STATE[event.state] : undefined;
      return stage === undefined ? progress : { ...progress, stage };
    }
    case 'total':
      return changeNamespace(progress, event.namespace, () => ({
        total: event.total_docs,
        read: 0,
        state: 'reading',
        startedMs: nowMs,
        heardMs: nowMs,
      }));
    case 'read':
      return changeNamespace(progress, event.namespace, (before) => ({
        read: before.read + event.documents,
        state: before.state === 'waiting' ? 'reading' : before.state,
        startedMs: before.startedMs ?? nowMs,
        heardMs: nowMs,
      }));
    case 'queried':
      return changeNamespace(progress, event.namespace, () => ({
        total: event.total_docs,
        read: event.total_docs_queried,
        state: event.complete ? 'complete' : 'incomplete',
        heardMs: nowMs,
      }));
    case 'slices':
      return { ...progress, slices: { done: event.done, total: event.total } };
    case 'trouble':
      return { ...progress, troubles: progress.troubles + 1 };
  }
}

function changeNamespace(
  progress: Progress,
  namespace: string,
  change: (before: NamespaceProgress) => Partial<NamespaceProgress>,
): Progress {
  const namespaces = progress.namespaces.map((before) =>
    before.namespace === namespace ? { ...before, ...change(before) } : before,
  );
  return { ...progress, namespaces };
}
