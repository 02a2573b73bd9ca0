import { sumFiles } from '../../publish/retention/plan-retention.ts';
import type { RetentionLook } from '../../steps/retention.ts';

/** What goes, and why the rest stays. */
export function planAsJson({ plan, failedRuns }: RetentionLook): object {
  const going = new Set(plan.going);
  const withoutTexts = new Set(plan.texts);
  return {
    newest: plan.newest,
    dates: plan.dates.map(({ business_date, kept_by, tables }) => ({
      business_date,
      goes: tables.some((table) => going.has(table)),
      kept_by,
      attempts: tables.map(({ attempt }) => attempt),
      ...sumFiles(tables.map(({ published }) => published)),
      raw_texts: {
        goes: tables.some((table) => going.has(table) || withoutTexts.has(table)),
        ...sumFiles(tables.map(({ texts }) => texts)),
      },
    })),
    records: sumFiles(plan.records.map(({ records }) => records)),
    failed_attempts: sumFiles(plan.failed.map(({ published }) => published)),
    failed_runs: failedRuns.map(({ business_date, attempt, files, bytes }) => ({
      business_date,
      attempt,
      files,
      bytes,
    })),
  };
}
