/** Who imported the look-up row that made a document's rows differ. */
import type { DocumentDay } from '../../publish/history/document-history.ts';
import type { Reason } from '../../publish/history/explain-day.ts';
import type { LookUpOrigin, LookUpOrigins } from '../../publish/history/look-up-origins.ts';
import { utcTime } from '../terminal/figures.ts';
import type { DocumentStory } from './document-story.ts';
import type { StoryEvent } from './time-line.ts';

/** @param history the story's days, the newest first. @throws PermanentError `STORE_CORRUPT` */
export async function withOrigins(
  story: DocumentStory,
  history: readonly DocumentDay[],
  origins: LookUpOrigins,
): Promise<DocumentStory> {
  const time_line = story.time_line.map((entry) => (entry.type === 'event' ? told(entry, history, origins) : entry));
  return { ...story, time_line: await Promise.all(time_line) };
}

async function told(event: StoryEvent, history: readonly DocumentDay[], origins: LookUpOrigins): Promise<StoryEvent> {
  const i = history.findIndex(({ day }) => day.manifest.run === event.run);
  const [now, before] = [history[i]?.day.manifest.look_ups, history[i + 1]?.day.manifest.look_ups];
  const withOrigin = async (reason: Reason): Promise<Reason> => {
    if (reason.kind !== 'look_up') return reason;
    const origin = await origins.of(reason, before ?? null, now ?? null);
    return origin === null ? reason : { ...reason, origin };
  };
  const all = (reasons: readonly Reason[]) => Promise.all(reasons.map(withOrigin));
  return { ...event, reasons: await all(event.reasons), row_reasons: await all(event.row_reasons) };
}

/** A line of its own below the reason. */
export function originWords(origin: LookUpOrigin): string {
  if ('import' in origin) {
    const { number, at, by, files } = origin.import;
    const who = by === null ? '' : ` by ${by}`;
    return `import ${number}${who}, ${utcTime(at)}: ${files.map(({ name }) => name).join(', ')}`;
  }
  const what = { enrichment: 'filled in by enrichment', 'built-in laws': 'a built-in law' };
  return `${origin.work === null ? 'written' : what[origin.work]}, ${utcTime(origin.at)}`;
}
