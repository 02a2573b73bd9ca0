import type { NamespaceCounts } from '../../job/contracts.ts';
import { isListedWhole } from '../../job/gates.ts';
import type { RunReport } from '../../runtime/run-report.ts';
import { plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import type { Paint } from '../terminal/paint.ts';
import { wrap } from '../terminal/wrap.ts';
import { acceptanceText } from './acceptance.ts';
import { heldWarnings } from './held-removals.ts';
import type { VerdictOptions } from './layout.ts';
import { plainCause } from './plain-cause.ts';
import { retentionWarnings } from './retention.ts';
import { jumpText } from './share-jumps.ts';

/** What passed, but should be looked at: held-back removals, gaps, failed slices, jumps, what an operator accepted. */
export function warnings(report: RunReport, options: VerdictOptions): readonly string[] {
  const found = [
    ...(options.remarks ?? []),
    ...heldWarnings(report),
    ...report.query.flatMap((counts) => namespaceWarnings(counts, report.warnings)),
    ...(report.failed_slices > 0
      ? [`${plural(report.failed_slices, 'slice')} failed: the documents keep what they had and are found again`]
      : []),
    // The gate says it as well, without what to do about it.
    ...report.warnings.filter((text) => !/^[\w-]+: \d+ removals were held back\.$/.test(text)),
    ...(report.publication?.share_jumps ?? []).map(jumpText),
    ...retentionWarnings(report),
    ...report.overrides.map(acceptanceText),
  ];
  const seen = [...new Set(found)].map((text) => harmless(plainCause(text)));
  return seen.flatMap((text) => colourFirst(wrap(text, options.width, '! ', '  '), '!', 'warning', options.paint));
}

function namespaceWarnings(counts: NamespaceCounts, told: readonly string[]): readonly string[] {
  const found: string[] = [];
  // The gate may have said so already, and says what could not even be counted, and what was unreadable.
  if (
    counts.total_docs !== null &&
    !isListedWhole(counts) &&
    !told.some((text) => text.startsWith(`${counts.namespace}: not complete`))
  ) {
    const cause = counts.cause === null ? '' : ` ${counts.cause}`;
    found.push(
      `${counts.namespace}: not complete, ${plural(counts.gaps, 'gap')}, ` +
        `${plural(counts.failed_pages, 'failed page')}; nothing is removed there.${cause}`,
    );
  }
  return found;
}

function colourFirst(lines: readonly string[], mark: string, tone: 'warning', paint: Paint): readonly string[] {
  return lines.map((line, i) => (i === 0 ? line.replace(mark, paint(tone, mark)) : line));
}
