/** The work of `lexdelta retention`. */
import { PermanentError } from '../../errors.ts';
import { parseExecutionName } from '../../job/business-date.ts';
import type { AttemptId } from '../../job/contracts.ts';
import { RETENTION_BOUNDS, type RetentionPolicy, retentionProblem } from '../../job/retention-policy.ts';
import { asOfKey } from '../../publish/write-as-of.ts';
import type { JobData } from '../../runtime/job-data.ts';
import { carryOutRetention, lookForRetention, type Position, type RetentionStores } from '../../steps/retention.ts';
import { readWhole } from '../arguments.ts';
import { readConfig } from '../config.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { flagsForHints, placeOf } from '../define-command.ts';
import { rebuildPointersHint } from '../rebuild-pointers-hint.ts';
import { checkRetention } from './check-retention.ts';
import { renderFaults, renderPlan, renderSummary } from './render-retention.ts';
import { planAsJson } from './retention-json.ts';

export interface RetentionFlags extends GlobalFlags {
  readonly dryRun?: boolean;
  readonly check?: boolean;
  readonly keepDays?: string;
  readonly monthEnds?: string;
  readonly rawTextDays?: string;
  readonly by?: string;
}

/** @returns 1 when something is wrong (`--check`), or not all is done */
export async function tellRetention(flags: RetentionFlags, context: Context): Promise<number> {
  const { terminal } = context;
  const isReading = flags.dryRun === true || flags.check === true;
  if (flags.dryRun && flags.check) throw new PermanentError('USAGE', 'Give --dry-run or --check.');
  if (!isReading && (flags.by ?? '').trim() === '') {
    throw new PermanentError('USAGE', 'Deleting needs the name of who does it: --by. To look only, give --dry-run.');
  }
  const given = givenPolicy(flags);
  const place = await placeOf(flags, context);
  const { retention: configured } = await readConfig(flags, context);
  const data = await context.services.openData(place, isReading ? 'read' : 'write');
  try {
    // A stack's job goes by the stack's own rule, and so does whoever looks after it.
    const policy = { ...(place.kind === 'stack' ? ruleOfStack(data) : configured), ...given };
    const problem = retentionProblem(policy);
    if (problem !== null) throw new PermanentError('USAGE', `This is no retention: ${problem}.`);
    const stores = storesOf(data);
    const look = await lookForRetention(await positionOf(data), policy, stores);
    if (flags.check) {
      const faults = await checkRetention(look, data);
      if (terminal.isJson) terminal.printJson('retention', { rule: policy, newest: look.plan.newest, faults });
      else terminal.print(...renderFaults(faults, look, terminal));
      const isAboutPointers = faults.some(({ business_date, text }) => text.includes(asOfKey(business_date)));
      if (isAboutPointers) terminal.note(rebuildPointersHint(flags));
      return faults.length === 0 ? 0 : 1;
    }
    if (flags.dryRun) {
      if (terminal.isJson) terminal.printJson('retention', { rule: policy, done: null, ...planAsJson(look) });
      else terminal.print(...renderPlan(look, policy, terminal));
      return 0;
    }
    const done = await carryOutRetention(look, {
      ...stores,
      policy,
      by: flags.by ?? '',
      now: () => new Date(context.now()).toISOString(),
      shouldStop: () => false,
      isInUse: async (table) => isInUse(table, await positionOf(data)),
    });
    if (terminal.isJson) terminal.printJson('retention', { rule: policy, done, ...planAsJson(look) });
    else terminal.print(...renderSummary(done, flagsForHints(flags), terminal));
    return done.more ? 1 : 0;
  } finally {
    await data.close();
  }
}

/** @throws PermanentError `USAGE` */
function givenPolicy({ keepDays, monthEnds, rawTextDays }: RetentionFlags): Partial<RetentionPolicy> {
  const { days, monthEnds: months, rawTextDays: texts } = RETENTION_BOUNDS;
  return {
    ...(keepDays === undefined ? {} : { days: readWhole('--keep-days', keepDays, ...days) }),
    ...(monthEnds === undefined ? {} : { monthEnds: readWhole('--month-ends', monthEnds, ...months) }),
    ...(rawTextDays === undefined ? {} : { rawTextDays: readWhole('--raw-text-days', rawTextDays, ...texts) }),
  };
}

function ruleOfStack({ retention }: JobData): RetentionPolicy {
  if (retention !== null) return retention;
  const what =
    'The stack does not say how long it keeps tables, so nothing is deleted by a rule that it does not know.';
  throw new PermanentError('STACK_INCOMPLETE', what);
}

function storesOf({ jobDailyA3Data, jobDailyDelta, jobDailyBatchProcessing }: JobData): RetentionStores {
  return { a3: jobDailyA3Data, delta: jobDailyDelta, plans: jobDailyBatchProcessing };
}

async function positionOf({ jobStats }: Pick<JobData, 'jobStats'>): Promise<Position> {
  const { head, owner } = await jobStats.getLock();
  return { head, running: owner === null ? null : parseExecutionName(owner.split(':').at(-1) ?? '') };
}

/** A run may have begun since the plan was made; what it works on, and what it may have published, stay. */
function isInUse({ business_date }: AttemptId, { head, running }: Position): boolean {
  return running?.business_date === business_date || head?.includes(`/as_of=${business_date}/`) === true;
}
