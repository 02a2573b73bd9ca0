/** The work of `lexdelta why`. */
import { PermanentError } from '../../errors.ts';
import { isListedWhole } from '../../job/gates.ts';
import { localDate } from '../../job/local-date.ts';
import { type DocumentDay, readDocumentHistory } from '../../publish/history/document-history.ts';
import { EntityRows } from '../../publish/history/entity-rows.ts';
import { findAgreement, namespacesOf, placesMeant } from '../../publish/history/find-agreement.ts';
import { LookUpOrigins } from '../../publish/history/look-up-origins.ts';
import { nearUnreadable } from '../../publish/history/near-unreadable.ts';
import { type HistoryDay, readPublishedDays } from '../../publish/history/published-days.ts';
import { readRowWarnings } from '../../publish/history/row-warnings.ts';
import { type TextOfReject, textOfReject } from '../../publish/history/text-of-reject.ts';
import type { Place } from '../../publish/published.ts';
import { findDeletedTexts } from '../../publish/retention/deleted-texts.ts';
import { deletedDates } from '../../publish/retention/deletion-record.ts';
import type { JobData } from '../../runtime/job-data.ts';
import { loadNamespaces } from '../../runtime/local-functions.ts';
import { readBusinessDays } from '../business-days.ts';
import { readConfig } from '../config.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { flagsForHints, placeOf } from '../define-command.ts';
import { plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import { showProgressLine } from '../terminal/progress-line.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';
import { acceptRemovalCommand } from './accept-removal.ts';
import { type Between, daysBetween, isWithin, missingBetween, readBetween } from './day-range.ts';
import { type DocumentStory, tellStory } from './document-story.ts';
import { withEntityFields } from './entity-fields.ts';
import { withOrigins } from './look-up-origins.ts';
import { renderStory, type StoryHints } from './render-story.ts';
import { whatWasMeant } from './what-was-meant.ts';

export interface WhyFlags extends GlobalFlags {
  readonly between?: readonly string[];
  readonly namespace?: string;
}

/** Documents whose time line is told; of others the names are. */
const MAX_TOLD = 5;
const MAX_NAMED = 10;

export async function tellWhy(asked: string, flags: WhyFlags, context: Context): Promise<number> {
  const { terminal, services } = context;
  const text = asked.trim();
  if (text === '') throw new PermanentError('USAGE', 'Give an A3.3 or a lex id.');
  const between = readBetween(flags.between);
  const { namespaceModules } = await readConfig({}, context);
  const modules = await loadNamespaces(namespaceModules);
  const businessDays = await readBusinessDays(context);
  const data = await services.openData(await placeOf(flags, context), 'read');
  let step = 'reading the manifests';
  const endProgress = showProgressLine(terminal, () => harmless(`${text}  ${step}`));
  try {
    const all = await publishedDays(data);
    const deleted = await deletedDates(data.jobDailyA3Data);
    const days = daysBetween(all, between, deleted);
    checkNamespace(flags.namespace, all);
    step = `looking for it in ${plural(days.length, 'published day')}`;
    const found = await findAgreement(data.jobDailyA3Data, days, text, flags.namespace ?? null);
    if (found.length === 0) throw await unknownAgreement(text, flags, days, between, data);
    const today = localDate(context.now(), businessDays.timeZone);
    const missing = missingBetween(all, between, businessDays.calendar, today, deleted);
    const stories: DocumentStory[] = [];
    const entityRows = new EntityRows(data.jobDailyA3Data);
    const origins = new LookUpOrigins(data.jobDailyA3Data);
    for (const document of found.slice(0, MAX_TOLD)) {
      step = `reading what became of ${document.namespace}/${document.lex_id}`;
      const history = await readDocumentHistory(data.jobDailyA3Data, days, document);
      const warnings = await readRowWarnings(data.jobDailyA3Data, all, document, history[0]?.state.rows ?? []);
      const text = await readText(history[0], data);
      const story = tellStory(document, history, warnings, { between, missing, modules, text });
      stories.push(await withOrigins(await withEntityFields(story, history, entityRows), history, origins));
    }
    endProgress();
    const others = found.slice(MAX_TOLD).map(({ namespace, lex_id }) => ({ namespace, lex_id }));
    if (terminal.isJson) terminal.printJson('why', { asked: text, between, documents: stories, others });
    else {
      const isHeld = stories.some(({ held }) => held === 'too_many');
      const acceptRemoval = isHeld ? await acceptRemovalCommand(stories[0]!.as_of, data, flags, context) : null;
      print(stories, others, { flags: flagsForHints(flags), isQuiet: terminal.isQuiet, acceptRemoval }, terminal);
    }
    return 0;
  } finally {
    endProgress();
    await data.close();
  }
}

function print(
  stories: readonly DocumentStory[],
  others: readonly Place[],
  hints: StoryHints,
  terminal: Terminal,
): void {
  for (const [i, story] of stories.entries()) {
    terminal.print(...(i === 0 ? [] : ['']), ...renderStory(story, hints, terminal));
  }
  if (others.length === 0) return;
  const names = others.slice(0, MAX_NAMED).map(({ namespace, lex_id }) => `${namespace}/${lex_id}`);
  const rest = others.length > MAX_NAMED ? ', …' : '';
  const text = `${plural(others.length, 'more document')}: ${names.join(', ')}${rest}`;
  terminal.note(...wrap(harmless(text), terminal.errorWidth));
}

/** Of the newest day; `null`: the document is not rejected on it. */
async function readText(newest: DocumentDay | undefined, { jobDailyA3Data }: JobData): Promise<TextOfReject | null> {
  const rejected = newest?.state.rejected ?? null;
  return rejected === null || newest === undefined ? null : textOfReject(jobDailyA3Data, newest.day, rejected);
}

/** The newest first. */
function publishedDays({ jobStats, jobDailyA3Data: a3 }: JobData): Promise<readonly HistoryDay[]> {
  return Array.fromAsync(readPublishedDays({ jobStats, a3 }));
}

function checkNamespace(namespace: string | undefined, days: readonly HistoryDay[]): void {
  const names = namespacesOf(days);
  if (namespace === undefined || names.includes(namespace)) return;
  throw new PermanentError('USAGE', `No table has a namespace "${namespace}"; they have ${names.join(', ')}.`);
}

/** Says where it was looked for, and what could hide it. */
async function unknownAgreement(
  text: string,
  flags: WhyFlags,
  days: readonly HistoryDay[],
  between: Between | null,
  data: JobData,
): Promise<PermanentError> {
  const { namespace } = flags;
  const { jobDailyA3Data } = data;
  const newest = days[0]!;
  const searched = days.filter(({ manifest }) => isWithin(manifest.business_date, between)).length;
  const { business_date: as_of, query } = newest.manifest;
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  const range = between === null ? '' : ` from ${between.from} to ${between.to}`;
  const sentences = [
    `No document or agreement "${text}"${where} is in the table or rejected on any of ${plural(searched, 'published day')}${range}.`,
  ];
  const incomplete = query.filter((counts) => !isListedWhole(counts)).map((counts) => counts.namespace);
  if (incomplete.length > 0) sentences.push(`As of ${as_of}, ${incomplete.join(', ')} could not be read whole.`);
  const unreadable = newest.manifest.shards.reduce((sum, shard) => sum + shard.unreadable, 0);
  const place = exactPlace(days, text, namespace);
  const near = place === null ? null : await nearUnreadable(jobDailyA3Data, newest, place);
  if (near !== null) {
    const rows = `${plural(near.rows, 'line')} of Lex without a readable id stood behind "${near.after}"`;
    const may = near.isAlike ? `one of them looks like ${place?.lex_id}` : 'it may be among them';
    sentences.push(`As of ${as_of}, ${rows}, the nearest before its place: ${may}.`);
  } else if (unreadable > 0) {
    sentences.push(`As of ${as_of}, ${plural(unreadable, 'line')} of Lex could not be read: it may be among them.`);
  }
  const stripped = await countStripped(jobDailyA3Data, days);
  if (stripped > 0) {
    const what = `The raw texts of rejected documents of ${plural(stripped, 'day')} were deleted by retention`;
    sentences.push(`${what}: what only such a text names is not found there.`);
  }
  const meant = await whatWasMeant(text, newest, data, flags);
  if (meant.sentence !== null) sentences.push(meant.sentence);
  const details = { asked: text, ...meant.details, days: searched, as_of, unreadable };
  return new PermanentError('AGREEMENT_UNKNOWN', sentences.join(' '), details);
}

/** Days that have lost raw texts. */
async function countStripped(a3: JobData['jobDailyA3Data'], days: readonly HistoryDay[]): Promise<number> {
  let count = 0;
  for (const day of days) if ((await findDeletedTexts(a3, day)) !== null) count += 1;
  return count;
}

/** The place in Lex that the text names; `null`: it may be of several namespaces, or an A3.3. */
function exactPlace(days: readonly HistoryDay[], text: string, namespace: string | undefined): Place | null {
  const places = placesMeant(days, text, namespace ?? null);
  const prefixed = places.filter((place) => text === `${place.namespace}/${place.lex_id}`);
  return prefixed[0] ?? (namespace === undefined ? null : (places[0] ?? null));
}
