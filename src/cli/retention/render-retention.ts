import type { RetentionSummary } from '../../job/contracts.ts';
import type { RetentionPolicy } from '../../job/retention-policy.ts';
import type { FileCount } from '../../publish/retention/inventory.ts';
import { type KeptBy, sumFiles } from '../../publish/retention/plan-retention.ts';
import type { RetentionLook } from '../../steps/retention.ts';
import { PROGRAM } from '../program-name.ts';
import { byteSize, count, plural } from '../terminal/figures.ts';
import { renderTable } from '../terminal/table.ts';
import { wrap } from '../terminal/wrap.ts';
import type { RetentionFault } from './check-retention.ts';

interface Page {
  readonly width: number;
}

const WORDS: Readonly<Record<KeptBy, string>> = {
  held: 'held',
  head: 'in force',
  base: 'base of that',
  running: 'a run works on it',
  minimum: 'newest five',
  days: 'not old',
  month_end: 'month end',
};

export function renderPlan(look: RetentionLook, policy: RetentionPolicy, { width }: Page): string[] {
  const { plan, failedRuns } = look;
  if (plan.newest === null) return ['Nothing is published, and nothing goes.'];
  const texts = `raw texts of rejected documents ${plural(policy.rawTextDays, 'day')}`;
  const months = policy.monthEnds === 0 ? '' : `, and ${plural(policy.monthEnds, 'month end')}`;
  const going = new Set(plan.going);
  const withoutTexts = new Set(plan.texts);
  const rows = plan.dates.map(({ business_date, kept_by, tables }) => {
    const { files, bytes } = sumFiles(tables.map(({ published }) => published));
    const goes = tables.some((table) => going.has(table));
    const fate = kept_by.length === 0 ? 'GOES' : `stays: ${kept_by.map((reason) => WORDS[reason]).join(', ')}`;
    const parts = [
      ...(goes && kept_by.length > 0 ? ['half of it GOES'] : []),
      ...(tables.some((table) => withoutTexts.has(table)) ? ['raw texts GO'] : []),
    ];
    return [business_date, count(files), byteSize(bytes), [fate, ...parts].join('; ')];
  });
  const leftovers = [
    ...leftover(
      `raw texts of ${plural(plan.texts.length, 'table')} that stay${plan.texts.length === 1 ? 's' : ''}`,
      plan.texts.map(({ texts }) => texts),
    ),
    ...leftover(
      'records of tables that stay, or failed',
      plan.records.filter((attempt) => !going.has(attempt)).map(({ records }) => records),
    ),
    ...leftover(
      'what attempts published that failed',
      plan.failed.map(({ published }) => published),
    ),
    ...leftover('pages and plans of failed runs', failedRuns),
  ];
  return [
    ...wrap(
      `Tables are kept ${plural(policy.days, 'day')} before ${plan.newest}, the newest${months}; ${texts}.`,
      width,
    ),
    ...renderTable(COLUMNS, rows, width),
    ...wrap(`${goingText(goingFiles(look))}${leftovers.join('')}.`, width),
  ];
}

const COLUMNS = [
  { header: 'date' },
  { header: 'files', align: 'right' },
  { header: 'size', align: 'right' },
  { header: '', flexible: true },
] as const;

/** Of each table that goes all that goes with it: what it was made of, and its date's pointer with the date's last table. */
export function goingFiles({ plan, inventory }: RetentionLook): readonly FileCount[] {
  const going = new Set(plan.going);
  const last = new Set(
    plan.dates
      .filter(
        ({ business_date, tables }) => inventory.pointers.has(business_date) && tables.every((one) => going.has(one)),
      )
      .map(({ tables }) => tables.at(-1)),
  );
  return plan.going.map((table) => {
    // Pointers are some bytes, and retention counts none for them.
    const pointer = { files: Number(last.has(table)), bytes: 0 };
    return sumFiles([table.published, table.records, pointer]);
  });
}

function goingText(tables: readonly FileCount[]): string {
  if (tables.length === 0) return 'No table goes';
  return `${plural(tables.length, 'table')} would go, ${filesText(tables)}, records included`;
}

function leftover(what: string, counts: readonly FileCount[]): readonly string[] {
  return counts.length === 0 ? [] : [`; ${what}: ${filesText(counts)}`];
}

function filesText(counts: readonly FileCount[]): string {
  const { files, bytes } = sumFiles(counts);
  return `${plural(files, 'file')}, ${byteSize(bytes)}`;
}

export function renderSummary(done: RetentionSummary, hint: string, { width }: Page): readonly string[] {
  const { files, more } = done;
  const what = files === 0 ? 'Nothing was deleted' : `Deleted ${deletedText(done)}`;
  const left = more
    ? ` Something was held or taken by a run meanwhile: see \`${PROGRAM} retention --dry-run${hint}\`.`
    : '';
  return wrap(`${what}.${left}`, width);
}

/** What a run or a person has deleted, tables by their dates. Files of all kinds are counted together. */
export function deletedText({ tables, texts = 0, dates, files, bytes }: RetentionSummary): string {
  const what = [
    ...(tables === 0 ? [] : [`${plural(tables, 'table')} (${dates.join(', ')}${tables > dates.length ? ', …' : ''})`]),
    ...(texts === 0 ? [] : [`raw texts of ${plural(texts, 'table')}`]),
  ];
  const size = `${plural(files, 'file')}, ${byteSize(bytes)}`;
  return what.length === 0 ? `leftovers: ${size}` : `${what.join(', ')}: ${size}, records included`;
}

export function renderFaults(
  faults: readonly RetentionFault[],
  look: RetentionLook,
  { width }: Page,
): readonly string[] {
  if (faults.length > 0) {
    const remaining = faults.filter(({ kind }) => kind === 'remains').length;
    const head = `${count(remaining)} should be gone and are not, ${count(faults.length - remaining)} should be there and are not.`;
    const lines = faults.flatMap(({ business_date, kind, text }) =>
      wrap(`${business_date}  ${text}`, width, kind === 'remains' ? '- ' : '! ', '  '),
    );
    return [...wrap(head, width), ...lines];
  }
  const kept = plural(look.plan.dates.length, 'date');
  return wrap(`What should be gone is gone; the tables of ${kept} are there, whole by their sizes.`, width);
}
