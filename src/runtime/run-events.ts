/** What a run tells while it works, for progress on a terminal and in the console. */
import type { RunReport } from './run-report.ts';

export type RunEvent =
  /** `new`: a new attempt; `resumed`: an interrupted one goes on; `following`: another process runs it. */
  | {
      readonly type: 'run';
      readonly mode: 'new' | 'resumed' | 'following';
      readonly run: string;
      readonly attempt: number;
    }
  /** A state of the daily job was entered or left; inside a namespace's branch, with its name. */
  | {
      readonly type: 'state';
      readonly phase: 'entered' | 'exited';
      readonly state: string;
      readonly namespace: string | null;
      readonly at: string;
    }
  /** Lex said how many documents a namespace holds. A new iteration starts again from 0. */
  | { readonly type: 'total'; readonly namespace: string; readonly iteration: number; readonly total_docs: number }
  /** Documents read since the last such event of this namespace. */
  | { readonly type: 'read'; readonly namespace: string; readonly documents: number; readonly pages: number }
  /** A namespace is joined: complete or not. */
  | {
      readonly type: 'queried';
      readonly namespace: string;
      readonly total_docs: number | null;
      readonly total_docs_queried: number;
      readonly planned: number;
      readonly complete: boolean;
    }
  /** Slices transformed so far, of all. */
  | { readonly type: 'slices'; readonly done: number; readonly total: number }
  /** A task failed and is tried again, or a page or slice failed for good: error name and text. */
  | { readonly type: 'trouble'; readonly state: string; readonly error: string; readonly message: string };

export type RunOutcome =
  /** `ran`: false when the run had ended before and nothing was done. */
  | { readonly kind: 'ended'; readonly ran: boolean; readonly report: RunReport }
  /**
   * Asked to stop (Ctrl+C): the same command goes on with it. `following`: another process works on the run and goes on;
   * only the following has ended.
   */
  | { readonly kind: 'stopped'; readonly run: string; readonly following: boolean }
  /** Another date's run holds the lock and still runs: nothing was created. */
  | { readonly kind: 'locked'; readonly owner: string };
