import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../../src/job/business-date.ts';
import type { RetentionPolicy } from '../../../src/job/retention-policy.ts';
import { manifestKey } from '../../../src/publish/attempt-files.ts';
import { type ApplyRetentionDeps, applyRetention } from '../../../src/publish/retention/apply-retention.ts';
import { placeHold } from '../../../src/publish/retention/holds.ts';
import { lookAtRetention } from '../../../src/publish/retention/retain.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { FILES, failDay, keysOf, publishDay, TEXTS } from './days-fixture.ts';

const FIRST = '2021-01-04';
const SIGNED = { by: 'Ada', reason: 'a letter', at: '2021-12-01T00:00:00.000Z' };

interface World {
  readonly days: readonly { readonly date: string; readonly isHeld: boolean; readonly fails: boolean }[];
  /** Which of the days is the head, counted from the newest, and which the running run's. */
  readonly head: number;
  readonly running: number;
  readonly policy: RetentionPolicy;
}

const date = () => fc.integer({ min: 0, max: 240 }).map((days) => addDays(FIRST, days));

const world = (): fc.Arbitrary<World> =>
  fc.record({
    days: fc
      .uniqueArray(fc.record({ date: date(), isHeld: fc.boolean(), fails: fc.boolean() }), {
        selector: (day) => day.date,
        minLength: 1,
        maxLength: 40,
      })
      .map((days) => days.sort((a, b) => (a.date < b.date ? -1 : 1))),
    head: fc.oneof(fc.constant(0), fc.nat(5)),
    running: fc.nat(50),
    policy: fc.record({
      days: fc.integer({ min: 7, max: 90 }),
      monthEnds: fc.nat(5),
      rawTextDays: fc.integer({ min: 7, max: 90 }),
      recordsDays: fc.integer({ min: 7, max: 90 }),
      deltaDays: fc.constant(14),
    }),
  });

async function build(world: World) {
  const a3 = new MemoryJobDailyA3Data();
  let base: string | null = null;
  for (const { date, isHeld, fails } of world.days) {
    if (fails) await failDay(a3, date, 1);
    base = await publishDay(a3, date, { attempt: fails ? 2 : 1, base });
    if (isHeld) await placeHold(a3, date, SIGNED);
  }
  await a3.putOnce('look-ups/changes/000000001.ndjson', Buffer.from('note'));
  await a3.putOnce('replay/000000001.json', Buffer.from('request'));
  const day = (fromNewest: number) => world.days.at(-1 - (fromNewest % world.days.length))!;
  const idOf = ({ date, fails }: World['days'][number]) => ({ business_date: date, attempt: fails ? 2 : 1 });
  const position = { head: manifestKey(idOf(day(world.head))), running: idOf(day(world.running)) };
  return { a3, position, headDate: day(world.head).date, runningDate: day(world.running).date };
}

async function retain(world: World, { a3, position }: Awaited<ReturnType<typeof build>>, store = a3) {
  const { plan } = await lookAtRetention(position, { a3: store, policy: world.policy });
  const deps: ApplyRetentionDeps = {
    a3: store,
    policy: world.policy,
    by: 'a test',
    now: () => '2021-12-02T00:00:00.000Z',
    shouldStop: () => false,
    isInUse: async () => false,
  };
  return applyRetention(plan, deps);
}

/** Said again in the words of the promise, by other means than the plan's. */
function mustStay({ days, policy }: World, date: string): boolean {
  const dates = days.map((day) => day.date);
  const newest = dates.at(-1)!;
  const age = (Date.parse(newest) - Date.parse(date)) / 86_400_000;
  const isWeekday = (day: string) => ![0, 6].includes(new Date(day).getUTCDay());
  const laterTables = dates.filter((other) => other > date && isWeekday(other)).length;
  const month = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
  const isMonthEnd =
    !dates.some((other) => other > date && month(other) === month(date)) && month(date) < month(newest);
  return (
    days.find((day) => day.date === date)!.isHeld ||
    age <= policy.days ||
    laterTables < 5 ||
    (isMonthEnd && month(newest) - month(date) <= policy.monthEnds)
  );
}

/** Of a table that stays. */
function mustKeepTexts({ days, policy }: World, date: string, isUsed: boolean): boolean {
  const age = (Date.parse(days.at(-1)!.date) - Date.parse(date)) / 86_400_000;
  return isUsed || days.find((day) => day.date === date)!.isHeld || age <= policy.rawTextDays;
}

describe('retention', () => {
  it('keeps whole what must stay, and leaves nothing of all else', () =>
    fc.assert(
      fc.asyncProperty(world(), async (world) => {
        const built = await build(world);
        const { a3, headDate, runningDate } = built;
        const before = a3.copy();
        const baseDate = world.days[world.days.findIndex((day) => day.date === headDate) - 1]?.date;

        const outcome = await retain(world, built);

        expect(outcome.more).toBe(false);
        const left = await keysOf(a3);
        for (const { date, fails } of world.days) {
          const isUsed = [headDate, runningDate, baseDate].includes(date);
          const table = `published/as_of=${date}/attempt=${fails ? 2 : 1}/`;
          const files = left.filter((key) => key.startsWith(table) || key === `as_of/${date}.json`);
          if (isUsed || mustStay(world, date)) {
            const hasTexts = mustKeepTexts(world, date, isUsed);
            expect(files).toHaveLength(FILES.length + (hasTexts ? 2 : 1));
            expect(left.includes(table + TEXTS)).toBe(hasTexts);
            expect(left.includes(`retention/${date}/${fails ? 2 : 1}.texts.json`)).toBe(!hasTexts);
            for (const key of files) expect(await a3.get(key)).toEqual(await before.get(key));
          } else {
            expect(left.filter((key) => key.includes(`as_of=${date}/attempt=${fails ? 2 : 1}`))).toEqual([]);
            expect(files).toEqual([]);
            expect(left).toContain(`retention/${date}/${fails ? 2 : 1}.json`);
          }
        }
        const others = (keys: readonly string[]) => keys.filter((key) => /^(look-ups|replay|holds)\//.test(key));
        expect(others(left)).toEqual(others(await keysOf(before)));
        expect((await retain(world, built)).deleted).toEqual({ files: 0, bytes: 0 });
      }),
      { numRuns: 150 },
    ));

  it('shows no half-deleted table wherever it is killed, and goes on when it runs again', () =>
    fc.assert(
      fc.asyncProperty(world(), fc.nat(30), async (world, kills) => {
        const whole = await build(world);
        await retain(world, whole);
        const built = await build(world);

        await retain(world, built, killedAfter(built.a3, kills)).catch(() => null);

        const left = await keysOf(built.a3);
        for (const { date, fails } of world.days) {
          const folder = `published/as_of=${date}/attempt=${fails ? 2 : 1}`;
          if (left.includes(`as_of/${date}.json`)) expect(left).toContain(`${folder}/manifest.json`);
          if (!left.includes(`${folder}/manifest.json`))
            expect(left).toContain(`retention/${date}/${fails ? 2 : 1}.json`);
          else
            for (const path of FILES) {
              const isRecorded = path === TEXTS && left.includes(`retention/${date}/${fails ? 2 : 1}.texts.json`);
              if (!isRecorded) expect(left).toContain(`${folder}/${path}`);
            }
        }
        await retain(world, built);
        expect(await keysOf(built.a3)).toEqual(await keysOf(whole.a3));
      }),
      { numRuns: 100 },
    ));
});

/** Dies between two keys, also of one call. */
function killedAfter(a3: MemoryJobDailyA3Data, removals: number): MemoryJobDailyA3Data {
  let left = removals;
  const remove = async (keys: readonly string[]) => {
    for (const key of keys) {
      if (left === 0) throw new Error('killed');
      left -= 1;
      await a3.remove([key]);
    }
  };
  return new Proxy(a3, {
    get: (target, name) => {
      if (name === 'remove') return remove;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
