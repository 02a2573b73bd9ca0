/** What has to come before a new attempt that would otherwise fail by the same damaged file. */
import type { RunReport } from '../../runtime/run-report.ts';
import { PROGRAM } from '../program-name.ts';
import { commandFact, fact, type VerdictOptions } from './layout.ts';

/** Lines to tell; `null`: a new attempt makes again what was damaged, or nothing was. */
export function restoreFirst({ error }: RunReport, options: VerdictOptions): readonly string[] | null {
  const text = error?.message ?? '';
  if (!text.includes('[STORE_CORRUPT]')) return null;
  const published = /`published\/as_of=(\d{4}-\d{2}-\d{2})\//.exec(text)?.[1];
  if (published !== undefined) {
    return [
      ...fact(options, 'restore', 'that file, from a backup: docs/runbook.md, backup and restore'),
      ...commandFact(options, 'prove it', `${PROGRAM} verify ${published}${options.flags}`),
    ];
  }
  const isKept = /`(?:holds|look-ups|replay|retention)\//.test(text);
  return isKept ? fact(options, 'restore', 'that file, from a backup: docs/runbook.md, backup and restore') : null;
}
