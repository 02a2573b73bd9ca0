/** The work of `lexdelta rejected`. */
import { MORE_FINDINGS } from '../../agreements/table-a3/findings.ts';
import { RULES } from '../../agreements/table-a3/rules.ts';
import type { Finding } from '../../agreements/transformed.ts';
import { PermanentError } from '../../errors.ts';
import { manifestKey } from '../../publish/attempt-files.ts';
import { openPublishedDay, type PublishedDay, readRejected } from '../../publish/read-published.ts';
import { findDeletedTexts } from '../../publish/retention/deleted-texts.ts';
import type { TextsRecord } from '../../publish/retention/texts-record.ts';
import type { JobData } from '../../runtime/job-data.ts';
import type { RunReport } from '../../runtime/run-report.ts';
import { readWhole } from '../arguments.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';
import { findRun } from '../find-run.ts';
import { verdictOf } from '../verdict/verdict-of.ts';
import { checkNamespace } from './check-namespace.ts';
import { readPageRejects } from './page-rejects.ts';
import { type RejectedItem, readAttemptRejects } from './rejected-items.ts';
import { renderByRule, renderRejected } from './render-rejected.ts';
import { type ReasonLimits, tallyByRule } from './rules-tally.ts';

export interface RejectedFlags extends GlobalFlags {
  readonly heldRemovals?: boolean;
  readonly byRule?: boolean;
  readonly rule?: string;
  readonly unreadable?: boolean;
  readonly namespace?: string;
  readonly limit?: string;
}

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 1_000_000;
/** Machines get all that fits into some MB. */
const MAX_JSON_REASONS = 10_000;

export async function tellRejected(run: string, flags: RejectedFlags, context: Context): Promise<number> {
  const { terminal } = context;
  const limits = limitsOf(flags, terminal.isJson);
  checkRule(flags.rule);
  const data = await context.services.openData(await placeOf(flags, context), 'read');
  try {
    const report = await findRun(run, data);
    const isPublished = verdictOf(report).startsWith('published');
    const items = onlyAskedFor(readItems(report, data), flags);
    const tally = await tallyByRule(items, limits);
    // Standing rejects may be of a namespace that this run left out.
    if (tally.documents + tally.unreadable === 0) checkNamespace(flags.namespace, report);
    const source = isPublished ? 'published' : 'attempt';
    const deletion = isPublished ? await readDeletion(report, data) : null;
    const { run: name, business_date } = report;
    if (terminal.isJson) {
      const texts_deleted = deletion === null ? null : { at: deletion.decided_at, by: deletion.by };
      terminal.printJson('rejected', { run: name, business_date, source, texts_deleted, ...tally });
    } else {
      const isUnreadableOnly = flags.unreadable ?? false;
      const asked = { rule: flags.rule ?? null, namespace: flags.namespace ?? null, isUnreadableOnly };
      const head = { run: report.run, isPublished, deletion, ...asked };
      terminal.print(...(flags.byRule ? renderByRule : renderRejected)(head, tally, terminal));
    }
    return 0;
  } finally {
    await data.close();
  }
}

function limitsOf({ byRule, limit }: RejectedFlags, isJson: boolean): ReasonLimits {
  const given = limit === undefined ? null : readWhole('--limit', limit, 1, MAX_LIMIT);
  if (byRule) return { perRule: 1, inAll: MAX_LIMIT };
  if (isJson && given === null) return { perRule: MAX_LIMIT, inAll: MAX_JSON_REASONS };
  return { perRule: given ?? DEFAULT_LIMIT, inAll: Number.POSITIVE_INFINITY };
}

/** Rules of the whole table and of imports reject no document. */
function checkRule(rule: string | undefined): void {
  if (rule === undefined) return;
  const known = RULES.find(({ id }) => id === rule);
  if (known === undefined) {
    const same = RULES.find(({ id }) => id.toLowerCase() === rule.toLowerCase());
    const hint = same === undefined ? 'docs/rules.md lists them.' : `did you mean ${same.id}?`;
    throw new PermanentError('USAGE', `There is no rule "${rule}": ${hint}`);
  }
  if (known.scope === 'table' || known.scope === 'import') {
    const what = known.scope === 'table' ? 'the whole table' : 'files that are imported';
    throw new PermanentError('USAGE', `The rule ${rule} is about ${what} and rejects no document.`);
  }
}

/** A run that was ended right after its publication has not told of it. */
function openDay(report: RunReport, a3: JobData['jobDailyA3Data']): Promise<PublishedDay> {
  return openPublishedDay(a3, report.publication?.manifest ?? manifestKey(report));
}

async function readDeletion(report: RunReport, { jobDailyA3Data: a3 }: JobData): Promise<TextsRecord | null> {
  return (await findDeletedTexts(a3, await openDay(report, a3)))?.record ?? null;
}

async function* readItems(
  report: RunReport,
  { jobDailyA3Data: a3, jobDailyDelta: delta }: JobData,
): AsyncIterable<RejectedItem> {
  if (!verdictOf(report).startsWith('published')) {
    let isTransformed = false;
    for await (const item of readAttemptRejects(a3, report)) {
      isTransformed = true;
      yield item;
    }
    if (!isTransformed) yield* readPageRejects(delta, report, report.query);
    return;
  }
  const day = await openDay(report, a3);
  for await (const { namespace, lex_id, since, findings, kind, place, raw_text } of readRejected(a3, day)) {
    const looks_like = findings[0]?.value ?? null;
    const unreadable = kind === 'unreadable' ? { after: place, bytes: raw_text.bytes, looks_like } : null;
    yield { namespace, lex_id, since, findings, unreadable };
  }
}

/** Items of the namespace, with no findings but those of the rule; an item that is left with none is none. */
async function* onlyAskedFor(
  items: AsyncIterable<RejectedItem>,
  { namespace, rule, unreadable }: RejectedFlags,
): AsyncIterable<RejectedItem> {
  for await (const item of items) {
    if (namespace !== undefined && item.namespace !== namespace) continue;
    if (unreadable && item.unreadable === null) continue;
    if (rule === undefined) yield item;
    else {
      const isMeant = ({ rule: id, severity }: Finding) => id === rule && severity === 'error';
      if (item.findings.some(isMeant)) {
        // That more was found than is kept may be of this rule, too.
        const findings = item.findings.filter((finding) => isMeant(finding) || finding.rule === MORE_FINDINGS);
        yield { ...item, findings };
      }
    }
  }
}
