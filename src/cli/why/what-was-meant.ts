import { entityKey } from '../../agreements/look-up-key.ts';
import { findAlike } from '../../publish/history/find-alike.ts';
import type { HistoryDay } from '../../publish/history/published-days.ts';
import type { JobData } from '../../runtime/job-data.ts';
import type { GlobalFlags } from '../context.ts';
import { flagsForHints, shellWord } from '../define-command.ts';
import { PROGRAM } from '../program-name.ts';

export interface Suggestion {
  /** A whole sentence; `null`: nothing to suggest. */
  readonly sentence: string | null;
  readonly details: Readonly<Record<string, string>>;
}

/** What somebody may have meant by a text that is no document's: another spelling, or an entity. */
export async function whatWasMeant(
  text: string,
  newest: HistoryDay,
  { jobDailyA3Data, entities }: Pick<JobData, 'jobDailyA3Data' | 'entities'>,
  flags: GlobalFlags & { readonly namespace?: string },
): Promise<Suggestion> {
  const alike = await findAlike(jobDailyA3Data, newest, text, flags.namespace ?? null);
  if (alike !== null) return { sentence: `Did you mean ${alike}?`, details: { did_you_mean: alike } };
  const key = entityKey(text);
  const item = key === '' ? null : await entities.get(key);
  if (item === null) return { sentence: null, details: {} };
  const command = `${PROGRAM} entities impact --key ${shellWord(text)}${flagsForHints(flags)}`;
  return { sentence: 'It is an entity; another command tells which documents rest on it.', details: { command } };
}
