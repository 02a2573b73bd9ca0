/** The work of `lexdelta rejected --held-removals`: the documents that stay though Lex lists them no more. */
import { PermanentError } from '../../errors.ts';
import type { HeldReason } from '../../job/contracts.ts';
import { manifestKey } from '../../publish/attempt-files.ts';
import type { HeldRemoval } from '../../publish/published.ts';
import { openPublishedDay, readHeldRemovals } from '../../publish/read-published.ts';
import type { RunReport } from '../../runtime/run-report.ts';
import { readWhole } from '../arguments.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';
import { findRun } from '../find-run.ts';
import { count, plural } from '../terminal/figures.ts';
import { harmless, harmlessJson } from '../terminal/harmless.ts';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';
import { writeInBlocks } from '../terminal/write-in-blocks.ts';
import { verdictOf } from '../verdict/verdict-of.ts';
import { checkNamespace } from './check-namespace.ts';

export interface HeldRemovalsFlags extends GlobalFlags {
  readonly namespace?: string;
  readonly limit?: string;
}

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 1_000_000;

/**
 * People get the first ones, machines all of them, streamed.
 * @param onData called before the first byte of a list that is streamed
 */
export async function tellHeldRemovals(
  run: string,
  { namespace, limit, ...flags }: HeldRemovalsFlags,
  context: Context,
  onData: () => void,
): Promise<number> {
  const { terminal } = context;
  const given = limit === undefined ? null : readWhole('--limit', limit, 1, MAX_LIMIT);
  const data = await context.services.openData(await placeOf(flags, context), 'read');
  try {
    const report = await findRun(run, data);
    checkPublished(report);
    checkNamespace(namespace, report);
    const a3 = data.jobDailyA3Data;
    const day = await openPublishedDay(a3, report.publication?.manifest ?? manifestKey(report));
    if (day.manifest.held_removals === undefined) {
      const what = `${report.run} was published by a version that did not list removals which were held back.`;
      throw new PermanentError('NO_TABLE_FOR_DATE', what, { run: report.run });
    }
    const held = only(namespace, readHeldRemovals(a3, day));
    if (terminal.isJson) {
      onData();
      await writeInBlocks(jsonOf(report, held, given ?? Number.POSITIVE_INFINITY), terminal);
    } else terminal.print(...(await render(headline(report, namespace), held, given ?? DEFAULT_LIMIT, terminal)));
    return 0;
  } finally {
    await data.close();
  }
}

function checkPublished(report: RunReport): void {
  if (verdictOf(report).startsWith('published')) return;
  const what = `${report.run} published nothing: it removed no document, and held none back.`;
  throw new PermanentError('NO_TABLE_FOR_DATE', what, { run: report.run });
}

async function* only(namespace: string | undefined, held: AsyncIterable<HeldRemoval>): AsyncIterable<HeldRemoval> {
  for await (const one of held) if (namespace === undefined || one.namespace === namespace) yield one;
}

const WORDS: Readonly<Record<HeldReason, string>> = {
  too_many: 'too many for one day',
  not_proven: 'its namespace was not read whole',
  unanswered: 'Lex did not answer for it',
};

/** What goes behind the count. */
function headline({ run }: RunReport, namespace: string | undefined): string {
  return `held back by ${run}${namespace === undefined ? '' : `: in ${namespace}`}.`;
}

async function render(
  headline: string,
  held: AsyncIterable<HeldRemoval>,
  limit: number,
  { width }: Terminal,
): Promise<readonly string[]> {
  const first: HeldRemoval[] = [];
  let total = 0;
  for await (const one of held) {
    total += 1;
    if (first.length < limit) first.push(one);
  }
  const head = wrap(harmless(`${plural(total, 'removal')} ${headline}`), width);
  if (total === 0) return head;
  const columns = [
    { header: 'namespace', flexible: true },
    { header: 'lex id', flexible: true },
    { header: 'why', flexible: true },
  ];
  const cells = first.map(({ namespace, lex_id, reason }) => [namespace, lex_id, WORDS[reason]]);
  const more = total > limit ? [`  and ${count(total - limit)} more: --limit ${total}`] : [];
  return [...head, ...renderTable(columns, cells, width, '  '), ...more];
}

/** One document as with every command, but never held. */
async function* jsonOf(
  { run, business_date }: RunReport,
  held: AsyncIterable<HeldRemoval>,
  limit: number,
): AsyncIterable<string> {
  const head = harmlessJson({ schema: 'lexdelta.held-removals/1', run, business_date });
  yield `${head.slice(0, -1)},"documents":[`;
  let total = 0;
  for await (const one of held) {
    total += 1;
    if (total <= limit) yield `${total === 1 ? '' : ','}${harmlessJson(one)}`;
  }
  yield `],"total":${total},"more":${total > limit}}\n`;
}
