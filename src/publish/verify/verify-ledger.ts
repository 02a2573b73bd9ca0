/** The ledger against the files, against the manifest's query counts, and against its own sums. */
import { acceptances } from '../../job/acceptances.ts';
import type { NamespaceCounts } from '../../job/contracts.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { MANIFEST_PATH } from '../checksums.ts';
import type { Ledger, LedgerNamespace, Manifest } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import type { DayCounts } from './day-counts.ts';
import type { Faults } from './faults.ts';
import { LEDGER } from './manifest-shape.ts';
import { readLines } from './read-lines.ts';
import type { NamespaceTally } from './shard-counts.ts';

const SAME_AS_QUERY = [
  'total_docs',
  'new',
  'changed',
  'reprocessed',
  'touched',
  'unchanged',
  'standing',
  'unreadable',
  'removals_held',
  'complete',
] as const;

type Expect = (
  what: string,
  found: number | string | boolean | null,
  expected: number | string | boolean | null,
) => void;

/** `null`: it is damaged, or has not the shape of a ledger. */
export async function loadLedger(
  a3: Pick<JobDailyA3Data, 'open'>,
  { folder, manifest }: PublishedDay,
  faults: Faults,
): Promise<Ledger | null> {
  const damaged = faults.count('files');
  const lines: string[] = [];
  for await (const batch of readLines(a3, folder, manifest.ledger, faults)) lines.push(...batch);
  if (faults.count('files') > damaged) return null;
  const tell = (what: string) => faults.add('ledger', manifest.ledger.path, null, what);
  let value: unknown;
  try {
    value = JSON.parse(lines.join('\n'));
  } catch {
    tell('cannot be parsed');
    return null;
  }
  let isRight = true;
  LEDGER(value, '', (path, found, expected) => {
    isRight = false;
    tell(`has ${found} at ${path} where ${expected} is expected`);
  });
  return isRight ? (value as Ledger) : null;
}

/** @param baseRows `null`: not known */
export function verifyLedger(
  ledger: Ledger,
  manifest: Manifest,
  { counts, baseRows }: { readonly counts: DayCounts; readonly baseRows: number | null },
  faults: Faults,
): void {
  const expect: Expect = (what, found, expected) => {
    if (found === expected) return;
    faults.add('ledger', manifest.ledger.path, null, `has ${found} ${what} where ${expected} are expected`);
  };
  const { rows } = ledger;
  expect('rows', rows.total, counts.rows);
  expect('stale rows', rows.stale, counts.staleRows);
  expect('rows added', rows.added, counts.changes.added);
  expect('rows changed', rows.changed, counts.changes.changed);
  expect('rows removed', rows.removed, counts.changes.removed);
  expect('rows, which are base + added - removed', rows.total, rows.base + rows.added - rows.removed);
  if (baseRows !== null) expect('rows of the base', rows.base, baseRows);
  expect('documents rejected now', ledger.rejected_now, counts.rejectedDocuments);
  expect('unreadable rows', ledger.unreadable_now, counts.unreadable);
  verifyNamespaces(ledger, manifest, counts, expect);
  verifyAcceptances(ledger, manifest, (what) => faults.add('ledger', manifest.ledger.path, null, what));
  const { transformation, query } = manifest.gates;
  const sum = (of: (namespace: LedgerNamespace) => number) =>
    ledger.namespaces.reduce((total, one) => total + of(one), 0);
  const tell = (what: string) => faults.add('ledger', MANIFEST_PATH, null, what);
  const published = sum((one) => one.published);
  const read = sum((one) => one.listed) - (countsUnreadable(ledger) ? 0 : sum((one) => one.unreadable));
  const planned = sum((one) => one.new + one.changed + one.reprocessed);
  const least = planned - sum((one) => one.rejected);
  if (query.numerator !== read)
    tell(`has ${query.numerator} documents read in its query gate where the ledger has ${read}`);
  // What stood rejected, and is rejected again, is not asked for.
  if (transformation.denominator > planned || transformation.denominator < least) {
    tell(
      `has ${transformation.denominator} documents in its transformation gate where ${least} to ${planned} were planned`,
    );
  }
  // A slice that was slow counts for the day where it came after the gate and before the plan.
  if (transformation.numerator > published) {
    tell(`has ${transformation.numerator} valid documents in its transformation gate where ${published} are published`);
  }
}

/**
 * Whether the table was made when unreadable lines still counted as read: only then is a namespace with one of them complete.
 */
function countsUnreadable({ namespaces }: Ledger): boolean {
  return namespaces.some(({ complete, unreadable }) => complete && unreadable > 0);
}

function verifyNamespaces({ namespaces }: Ledger, manifest: Manifest, counts: DayCounts, expect: Expect): void {
  const names = (list: readonly { readonly namespace: string }[]) => list.map(({ namespace }) => namespace).join(', ');
  expect('as its namespaces', names(namespaces), names(manifest.query));
  for (const namespace of counts.namespaces.keys()) {
    if (namespaces.every((own) => own.namespace !== namespace)) expect('counts', 'no', `those of ${namespace}`);
  }
  for (const own of namespaces) {
    verifySums(own, expect);
    verifyTally(own, counts.namespaces.get(own.namespace), expect);
    const query = manifest.query.find(({ namespace }) => namespace === own.namespace);
    if (query !== undefined) verifyQuery(own, query, expect);
  }
}

/** Each listed document in exactly one outcome; each planned one published, rejected or not transformed. */
function verifySums(own: LedgerNamespace, expect: Expect): void {
  const { namespace, unchanged, touched, standing, unreadable, published, rejected, not_transformed } = own;
  const planned = own.new + own.changed + own.reprocessed;
  const outcomes = planned + unchanged + touched + standing + unreadable;
  expect(`documents listed of ${namespace}, by outcome`, outcomes, own.listed);
  const results = published + rejected + not_transformed;
  expect(`documents of ${namespace} published, rejected or not transformed`, results, planned);
}

/** What this run left in the files. Some of what it met left nothing: a slice failed, or the document had no row. */
function verifyTally(own: LedgerNamespace, tally: NamespaceTally | undefined, expect: Expect): void {
  const { namespace } = own;
  expect(`documents published of ${namespace}`, own.published, tally?.published ?? 0);
  expect(`documents rejected of ${namespace}`, own.rejected, tally?.rejected ?? 0);
  for (const kind of ['unreadable', 'removed'] as const) {
    const least = tally?.[kind] ?? 0;
    if (own[kind] < least) expect(`documents ${kind} of ${namespace}`, own[kind], `at least ${least}`);
  }
}

/** The manifest's own counts of what was read. */
function verifyQuery(own: LedgerNamespace, query: NamespaceCounts, expect: Expect): void {
  for (const kind of SAME_AS_QUERY) expect(`as ${kind} of ${own.namespace}`, own[kind], query[kind]);
  const { total_docs_queried, planned, removed } = query;
  expect(`documents listed of ${own.namespace}`, own.listed, total_docs_queried);
  expect(`documents planned of ${own.namespace}`, own.new + own.changed + own.reprocessed, planned);
  if (own.removed > removed) expect(`documents removed of ${own.namespace}`, own.removed, `at most ${removed}`);
}

/** What operators accepted stands in the manifest, and in the ledger with the figures that it was for. */
function verifyAcceptances({ accepted }: Ledger, manifest: Manifest, tell: (what: string) => void): void {
  // Tables that were published before the ledger had it have it in the manifest alone.
  if (accepted === undefined) return;
  const { business_date, base, query, gates, overrides } = manifest;
  const again = overrides.map((override, i) => {
    // How many removals are too many is the run's own input.
    const max_removed_percentage = accepted[i]?.evidence?.threshold ?? 0;
    const facts = { business_date, base, query, query_gate: gates.query, transformation_gate: gates.transformation };
    return acceptances([override], { ...facts, fill_gate: gates.fill ?? null, max_removed_percentage })[0];
  });
  if (JSON.stringify(accepted) !== JSON.stringify(again)) {
    tell('names other acceptances, or other figures that they were for, than the manifest gives');
  }
}
