/** From what to what an Entity row has changed that made a document's rows differ. */
import { ABSENT } from '../../agreements/look-up-items.ts';
import type { DocumentDay } from '../../publish/history/document-history.ts';
import { type EntityRows, entityDifferences } from '../../publish/history/entity-rows.ts';
import type { Reason } from '../../publish/history/explain-day.ts';
import type { PublishedDay } from '../../publish/read-published.ts';
import type { DocumentStory } from './document-story.ts';
import type { StoryEvent } from './time-line.ts';

/** @param history the story's days, the newest first. @throws PermanentError `STORE_CORRUPT` */
export async function withEntityFields(
  story: DocumentStory,
  history: readonly DocumentDay[],
  rows: EntityRows,
): Promise<DocumentStory> {
  const time_line = story.time_line.map((entry) => (entry.type === 'event' ? explained(entry, history, rows) : entry));
  return { ...story, time_line: await Promise.all(time_line) };
}

async function explained(event: StoryEvent, history: readonly DocumentDay[], rows: EntityRows): Promise<StoryEvent> {
  const i = history.findIndex(({ day }) => day.manifest.run === event.run);
  const [now, before] = [history[i]?.day, history[i + 1]?.day];
  if (now === undefined || before === undefined) return event;
  const explain = (reasons: readonly Reason[]) => Promise.all(reasons.map((one) => withFields(one, before, now, rows)));
  return { ...event, reasons: await explain(event.reasons), row_reasons: await explain(event.row_reasons) };
}

async function withFields(reason: Reason, before: PublishedDay, now: PublishedDay, rows: EntityRows): Promise<Reason> {
  if (reason.kind !== 'look_up' || reason.table !== 'Entity') return reason;
  const { from, to } = reason;
  const [old, next] = await Promise.all([rows.of(before, from), rows.of(now, to)]);
  // What is missing in a table though it was there when the document was made tells nothing.
  if ((old === null && from !== ABSENT) || (next === null && to !== ABSENT)) return reason;
  const fields = entityDifferences(old, next);
  return Object.keys(fields).length === 0 ? reason : { ...reason, fields };
}
