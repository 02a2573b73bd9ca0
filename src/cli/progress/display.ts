import type { RunEvent } from '../../runtime/run-events.ts';
import { DrawnBlock } from '../terminal/drawn-block.ts';
import { utcTime } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';
import { progressBlock, progressLine } from './lines.ts';
import { applyEvent, type Progress, startProgress } from './model.ts';

/** Ten a second look smooth, and cost nothing. */
const REDRAW_MS = 100;
const LINE_EVERY_MS = 30_000;
/** Kinds of trouble that are told one by one; the rest is counted. */
const MAX_TROUBLES_TOLD = 20;

export interface ProgressDisplay {
  onEvent(event: RunEvent): void;
  /** Takes the block away: what comes next is the verdict. */
  end(): void;
}

/**
 * Shows a run's events on stderr: on a terminal a block that is drawn again, elsewhere one line every 30 seconds. Each
 * kind of trouble is told once.
 */
export function showProgress(terminal: Terminal, namespaces: readonly string[], now: () => number): ProgressDisplay {
  if (terminal.isQuiet) return { onEvent: () => undefined, end: () => undefined };
  const drawn = new DrawnBlock(terminal);
  const told = new Set<string>();
  let progress: Progress = startProgress('', namespaces, now());
  const tick = (): void => {
    if (progress.run === '') return;
    if (terminal.canRedraw) drawn.draw(progressBlock(progress, now(), terminal.errorWidth - 1));
    else terminal.note(progressLine(progress, now(), terminal.errorWidth));
  };
  const timer = setInterval(tick, terminal.canRedraw ? REDRAW_MS : LINE_EVERY_MS);
  return {
    onEvent(event) {
      progress = applyEvent(progress, event, now());
      const line = event.type === 'run' ? startLine(event, now()) : troubleLine(event, told);
      if (line === null) return;
      drawn.clear();
      const width = terminal.errorWidth;
      terminal.note(...wrap(harmless(line), width, event.type === 'trouble' ? '! ' : '', '  '));
    },
    end() {
      clearInterval(timer);
      drawn.clear();
    },
  };
}

function startLine(event: Extract<RunEvent, { readonly type: 'run' }>, nowMs: number): string {
  const words = {
    new: 'started',
    resumed: 'taken over from a process that ended, goes on',
    following: 'runs already, followed since',
  };
  return `${event.run}  attempt ${event.attempt}  ${words[event.mode]} ${utcTime(new Date(nowMs).toISOString())}`;
}

function troubleLine(event: RunEvent, told: Set<string>): string | null {
  if (event.type !== 'trouble') return null;
  const kind = `${event.state} ${event.error}`;
  if (told.has(kind) || told.size >= MAX_TROUBLES_TOLD) return null;
  told.add(kind);
  return `${WORDS_OF_STATE[event.state] ?? event.state}: ${event.message || event.error}`;
}

/** What states do, for those whose names an operator does not know. */
const WORDS_OF_STATE: Readonly<Record<string, string>> = {
  GetTotalDocsInNamespaceAndCreateBatchesForLexQuery: 'counting',
  QueryNamespace: 'reading',
  CalculateAndUpdateQueriedDocsInNamespace: 'joining what was read',
  CreateBatchesForDeltaDocs: 'planning',
  GetDeltaDocsBatchInfo: 'transforming',
  ProcessPayloadForRecursion: 'transforming',
  TransformDocumentData: 'transforming',
};
