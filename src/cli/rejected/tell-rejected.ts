/** The work of `lexdelta rejected`. */
import { PermanentError } from '../../errors.ts';
import { manifestKey } from '../../publish/attempt-files.ts';
import { openPublishedDay, readRejected } from '../../publish/read-published.ts';
import type { JobData } from '../../runtime/job-data.ts';
import type { RunReport } from '../../runtime/run-report.ts';
import { readWhole } from '../arguments.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';
import { findRun } from '../find-run.ts';
import { verdictOf } from '../verdict/verdict-of.ts';
import { type RejectedItem, readAttemptRejects } from './rejected-items.ts';
import { renderRejected } from './render-rejected.ts';
import { tallyByRule } from './rules-tally.ts';

interface RejectedFlags extends GlobalFlags {
  readonly byRule?: boolean;
  readonly namespace?: string;
  readonly limit?: string;
}

const DEFAULT_LIMIT = 10;

export async function tellRejected(run: string, flags: RejectedFlags, context: Context): Promise<number> {
  const { terminal } = context;
  const limit = flags.limit === undefined ? DEFAULT_LIMIT : readWhole('--limit', flags.limit, 1, 1_000_000);
  const data = await context.services.openData(await placeOf(flags, context), 'read');
  try {
    const report = await findRun(run, data);
    const isPublished = verdictOf(report).startsWith('published');
    const items = onlyNamespace(readItems(report, data), flags.namespace);
    const tally = await tallyByRule(items, flags.byRule ? 0 : limit);
    // Standing rejects may be of a namespace that this run left out.
    if (tally.documents === 0) checkNamespace(flags.namespace, report);
    const source = isPublished ? 'published' : 'attempt';
    if (terminal.isJson) terminal.printJson('rejected', { run: report.run, source, ...tally });
    else terminal.print(...renderRejected(report.run, isPublished, tally, terminal));
    return 0;
  } finally {
    await data.close();
  }
}

/** A name that the run had not would look like one without rejects. A run that failed early does not tell its names. */
function checkNamespace(namespace: string | undefined, { run, query }: RunReport): void {
  const names = query.map((counts) => counts.namespace);
  if (namespace === undefined || names.length === 0 || names.includes(namespace)) return;
  throw new PermanentError('USAGE', `${run} has no namespace "${namespace}"; it has ${names.join(', ')}.`);
}

async function* readItems(report: RunReport, { jobDailyA3Data: a3 }: JobData): AsyncIterable<RejectedItem> {
  if (!verdictOf(report).startsWith('published')) {
    yield* readAttemptRejects(a3, report);
    return;
  }
  // A run that was ended right after its publication has not told of it.
  const day = await openPublishedDay(a3, report.publication?.manifest ?? manifestKey(report));
  for await (const { namespace, lex_id, since, findings } of readRejected(a3, day)) {
    yield { namespace, lex_id, since, findings };
  }
}

async function* onlyNamespace(
  items: AsyncIterable<RejectedItem>,
  namespace: string | undefined,
): AsyncIterable<RejectedItem> {
  for await (const item of items) if (namespace === undefined || item.namespace === namespace) yield item;
}
