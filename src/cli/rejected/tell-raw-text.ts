/** The work of `lexdelta rejected --raw`: one document's text, because somebody asked for this very one. */
import { PermanentError } from '../../errors.ts';
import { manifestKey } from '../../publish/attempt-files.ts';
import { DocumentFiles } from '../../publish/history/document-files.ts';
import { namespacesOf } from '../../publish/history/find-agreement.ts';
import { type RawText, readRawText } from '../../publish/history/read-raw-text.ts';
import { textOfReject } from '../../publish/history/text-of-reject.ts';
import type { Place, RejectedEntry } from '../../publish/published.ts';
import { openPublishedDay, type PublishedDay } from '../../publish/read-published.ts';
import { textDigest } from '../../publish/rejected-text.ts';
import { deletedBy } from '../../publish/retention/deleted-texts.ts';
import type { JobData } from '../../runtime/job-data.ts';
import type { RunReport } from '../../runtime/run-report.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { placeOf } from '../define-command.ts';
import { findRun } from '../find-run.ts';
import { harmless } from '../terminal/harmless.ts';
import { wrap } from '../terminal/wrap.ts';
import { verdictOf } from '../verdict/verdict-of.ts';
import { readAttemptTexts } from './rejected-items.ts';

export interface RawTextFlags extends GlobalFlags {
  readonly raw: string;
  readonly namespace?: string;
}

interface Found extends Place {
  readonly text: RawText;
  /** Whether it is a line without a readable id that looks like what was asked for. */
  readonly isGuess: boolean;
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
    const { text, isGuess, ...place } = onlyOne(all, asked, report);
    const bytes = Buffer.from(text.raw, text.raw_encoding === 'base64' ? 'base64' : 'utf8');
    if (terminal.isJson) {
      const { run: name, business_date } = report;
      terminal.printJson('raw-text', {
        run: name,
        business_date,
        ...place,
        guess: isGuess,
        ...textDigest(text),
        ...text,
      });
      return 0;
    }
    onData();
    if (isGuess) {
      const what = `This is a guess: the line has no id that can be read, and looks like ${place.lex_id}.`;
      terminal.note(...wrap(harmless(what), terminal.errorWidth));
    }
    if (terminal.stdout.isTTY === true) terminal.print(...bytes.toString('utf8').split('\n').map(harmless));
    else await terminal.write(bytes);
    return 0;
  } finally {
    await data.close();
  }
}

/** What has the id comes before what looks like it, and of the latter only one can be meant. */
function onlyOne(all: readonly Found[], asked: string, { run }: RunReport): Found {
  const known = all.filter(({ isGuess }) => !isGuess);
  const [first, second] = known.length > 0 ? known : all;
  if (first === undefined) {
    const what = `No document "${asked}" is rejected as of ${run}, nor a line of Lex with this id unreadable.`;
    throw new PermanentError('AGREEMENT_UNKNOWN', what, { run });
  }
  if (second === undefined || (second.namespace === first.namespace && !first.isGuess)) return first;
  if (first.isGuess && second.namespace === first.namespace) {
    const what = `${all.length} unreadable lines of ${run} look like "${asked}": which of them it is cannot be told.`;
    throw new PermanentError('AGREEMENT_UNKNOWN', what, { run });
  }
  const names = [...new Set((known.length > 0 ? known : all).map(({ namespace }) => namespace))].join(', ');
  throw new PermanentError('USAGE', `"${asked}" is rejected in ${names}: name one with --namespace.`);
}

async function inPublished(
  report: RunReport,
  asked: string,
  namespace: string | null,
  { jobDailyA3Data: a3 }: JobData,
): Promise<readonly Found[]> {
  const day = await openPublishedDay(a3, report.publication?.manifest ?? manifestKey(report));
  const places = placesOf(namespacesOf([day]), asked, namespace);
  const found: Found[] = [];
  for (const place of places) {
    const { rejected, unreadable } = await new DocumentFiles(a3, place).rejects(day);
    const text = await textOf(a3, day, place, rejected ?? unreadable[0]);
    if (text !== null) found.push({ ...place, text, isGuess: false });
  }
  if (found.length > 0) return found;
  for (const place of places) {
    for (const entry of await new DocumentFiles(a3, place).alike(day)) {
      const text = await textOf(a3, day, place, entry);
      if (text !== null) found.push({ ...place, text, isGuess: true });
    }
  }
  return found;
}

/** @throws PermanentError `TEXT_DELETED` */
async function textOf(
  a3: JobData['jobDailyA3Data'],
  day: PublishedDay,
  place: Place,
  entry: RejectedEntry | undefined,
): Promise<RawText | null> {
  if (entry === undefined) return null;
  const { deleted, bytes, sha256 } = await textOfReject(a3, day, entry);
  if (deleted === null) return readRawText(a3, day, entry);
  const by = deletedBy({ by: deleted.by, decided_at: deleted.at });
  const what = `The raw text of ${place.namespace}/${place.lex_id} (${bytes} bytes, SHA-256 ${sha256}) was ${by}.`;
  throw new PermanentError('TEXT_DELETED', what, { bytes });
}

async function inAttempt(
  report: RunReport,
  asked: string,
  namespace: string | null,
  { jobDailyA3Data: a3 }: JobData,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for await (const { text, isGuess, ...place } of readAttemptTexts(a3, report)) {
    const [meant] = placesOf([place.namespace], asked, namespace).filter(({ lex_id }) => lex_id === place.lex_id);
    if (meant !== undefined) found.push({ ...meant, text, isGuess });
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
