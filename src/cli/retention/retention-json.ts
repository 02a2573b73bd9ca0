import { sumFiles } from '../../publish/retention/plan-retention.ts';
import type { RetentionLook } from '../../steps/retention.ts';
import { goingFiles } from './render-retention.ts';

/** What goes, and why the rest stays. */
export function planAsJson(look: RetentionLook): object {
  const { plan, failedRuns } = look;
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
    /** All that goes with the tables that go. */
    going: sumFiles(goingFiles(look)),
    records: sumFiles(plan.records.filter((attempt) => !going.has(attempt)).map(({ records }) => records)),
    failed_attempts: sumFiles(plan.failed.map(({ published }) => published)),
    failed_runs: failedRuns.map(({ business_date, attempt, files, bytes }) => ({
      business_date,
      attempt,
      files,
      bytes,
    })),
  };
}
