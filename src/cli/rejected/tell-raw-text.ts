/** The work of `lexdelta rejected --raw`: one document's text, because somebody asked for this very one. */
import { PermanentError } from '../../errors.ts';
import { manifestKey } from '../../publish/attempt-files.ts';
import { DocumentFiles } from '../../publish/history/document-files.ts';
import { namespacesOf } from '../../publish/history/find-agreement.ts';
import { type RawText, readRawText } from '../../publish/history/read-raw-text.ts';
import { textOfReject } from '../../publish/history/text-of-reject.ts';
import type { Place } from '../../publish/published.ts';
import { openPublishedDay } from '../../publish/read-published.ts';
import { textDigest } from '../../publish/rejected-text.ts';
import { deletedBy } from '../../publish/retention/deleted-texts.ts';
import type { JobData } from '../../runtime/job-data.ts';
import type { RunReport } from '../../runtime/run-report.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';
import { findRun } from '../find-run.ts';
import { harmless } from '../terminal/harmless.ts';
import { verdictOf } from '../verdict/verdict-of.ts';
import { readAttemptTexts } from './rejected-items.ts';

export interface RawTextFlags extends GlobalFlags {
  readonly raw: string;
  readonly namespace?: string;
}

interface Found extends Place {
  readonly text: RawText;
}

/**
 * The text goes to stdout as it was received, to a terminal without what would command it.
 * @param onData called before the first byte
 */
export async function tellRawText(
  run: string,
  { raw: asked, namespace, ...flags }: RawTextFlags,
  context: Context,
  onData: () => void,
): Promise<number> {
  const { terminal } = context;
  const data = await context.services.openData(await placeOf(flags, context), 'read');
  try {
    const report = await findRun(run, data);
    const isPublished = verdictOf(report).startsWith('published');
    const all = await (isPublished ? inPublished : inAttempt)(report, asked, namespace ?? null, data);
    const { text, ...place } = onlyOne(all, asked, report);
    const bytes = Buffer.from(text.raw, text.raw_encoding === 'base64' ? 'base64' : 'utf8');
    if (terminal.isJson) {
      const { run: name, business_date } = report;
      terminal.printJson('raw-text', { run: name, business_date, ...place, ...textDigest(text), ...text });
      return 0;
    }
    onData();
    if (terminal.stdout.isTTY === true) terminal.print(...bytes.toString('utf8').split('\n').map(harmless));
    else await terminal.write(bytes);
    return 0;
  } finally {
    await data.close();
  }
}

function onlyOne(all: readonly Found[], asked: string, { run }: RunReport): Found {
  const [first, second] = all;
  if (first === undefined) {
    const what = `No document "${asked}" is rejected as of ${run}, nor a line of Lex with this id unreadable.`;
    throw new PermanentError('AGREEMENT_UNKNOWN', what, { run });
  }
  if (second === undefined || second.namespace === first.namespace) return first;
  const names = all.map(({ namespace }) => namespace).join(', ');
  throw new PermanentError('USAGE', `"${asked}" is rejected in ${names}: name one with --namespace.`);
}

async function inPublished(
  report: RunReport,
  asked: string,
  namespace: string | null,
  { jobDailyA3Data: a3 }: JobData,
): Promise<readonly Found[]> {
  const day = await openPublishedDay(a3, report.publication?.manifest ?? manifestKey(report));
  const found: Found[] = [];
  for (const place of placesOf(namespacesOf([day]), asked, namespace)) {
    const { rejected, unreadable } = await new DocumentFiles(a3, place).rejects(day);
    const entry = rejected ?? unreadable[0];
    if (entry === undefined) continue;
    const { deleted, bytes, sha256 } = await textOfReject(a3, day, entry);
    if (deleted !== null) {
      const by = deletedBy({ by: deleted.by, decided_at: deleted.at });
      const what = `The raw text of ${place.namespace}/${place.lex_id} (${bytes} bytes, SHA-256 ${sha256}) was ${by}.`;
      throw new PermanentError('TEXT_DELETED', what, { bytes });
    }
    const text = await readRawText(a3, day, entry);
    if (text !== null) found.push({ ...place, text });
  }
  return found;
}

async function inAttempt(
  report: RunReport,
  asked: string,
  namespace: string | null,
  { jobDailyA3Data: a3 }: JobData,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for await (const { text, ...place } of readAttemptTexts(a3, report)) {
    const [meant] = placesOf([place.namespace], asked, namespace).filter(({ lex_id }) => lex_id === place.lex_id);
    if (meant !== undefined) found.push({ ...meant, text });
  }
  return found;
}

/** What a lex id may mean, with its namespace in front or without. */
function placesOf(namespaces: readonly string[], asked: string, only: string | null): readonly Place[] {
  return namespaces
    .filter((namespace) => only === null || namespace === only)
    .flatMap((namespace) => {
      const rest = asked.startsWith(`${namespace}/`) ? [{ namespace, lex_id: asked.slice(namespace.length + 1) }] : [];
      return [{ namespace, lex_id: asked }, ...rest];
    });
}
