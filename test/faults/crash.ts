/**
 * The crash test: `npm run test:crash [-- --random 100 --seed 7]`; 20 random times unless told otherwise.
 *
 * Kills a real process that runs a day: at every distinct place that writes durably, at its first, a middle and its last
 * write, before and after it; and at random times. Starts the same day again until it ends. Then all that the data
 * folder says must be what an undisturbed run says, byte by byte (`support/data-folder.ts` tells what is compared).
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { changeLookUps } from '../../src/stores/change-look-ups.ts';
import type { RunDay } from './run-day.ts';
import { DAY_TWO_LOOK_UPS, DAY_TWO_REPLAYS, dayOne, dayTwo, SMALL_PARTS } from './support/crash-days.ts';
import {
  copyDataFolder,
  differences,
  makeDataFolder,
  requestReplay,
  snapshot,
  withStores,
} from './support/data-folder.ts';
import { inputOf } from './support/input.ts';
import { runDay, startDay } from './support/processes.ts';

/** A day whose undisturbed run is known. */
interface KnownDay {
  readonly name: string;
  readonly day: Omit<RunDay, 'data'>;
  /** The data folder before it. */
  readonly before: string;
  readonly expected: ReadonlyMap<string, string>;
  /** Writes by place. */
  readonly writes: ReadonlyMap<string, number>;
  readonly durationMs: number;
}

interface CrashCase {
  readonly name: string;
  readonly day: KnownDay;
  /** Runs the day in `data` until it is killed. */
  readonly crash: (data: string) => Promise<void>;
}

/** More than a killed day could ever need. */
const MAX_STARTS = 5;
const DIFFERENCES_SHOWN = 10;

const { values } = parseArgs({ options: { random: { type: 'string' }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const random = mulberry32(seed);
const root = await mkdtemp(join(tmpdir(), 'lexdelta-crash-'));
const startedMs = performance.now();
let passed = 0;
let failed = 0;

const known = await knownDays();
const cases = [...known.flatMap(placeCases), ...randomCases(known, Number(values.random ?? 20))];
const places = new Set(known.flatMap(({ writes }) => [...writes.keys()]));
tell(`${places.size} places that write durably, ${cases.length} crashes (--seed ${seed})`);
const queue = cases.values();
await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, () => work(queue)));
if (failed === 0) await rm(root, { recursive: true });
else tell(`The data folders that differ stay in ${root}.`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

async function knownDays(): Promise<readonly KnownDay[]> {
  const empty = await makeDataFolder(join(root, 'before-day-1'));
  const lexOne = await dayOne().write(join(root, 'lex-1'));
  const lexTwo = await dayTwo().write(join(root, 'lex-2'));
  const one = await knownDay('day 1', empty, { lex: lexOne, input: inputOf('2021-10-20'), workLimits: SMALL_PARTS });
  const next = await copyDataFolder(join(root, 'clean-day-1'), join(root, 'before-day-2'));
  await requestReplay(next, 1, DAY_TWO_REPLAYS);
  await withStores(next, (stores) => changeLookUps(stores, DAY_TWO_LOOK_UPS));
  const two = await knownDay('day 2', next, { lex: lexTwo, input: inputOf('2021-10-21'), workLimits: SMALL_PARTS });
  return [one, two];
}

async function knownDay(name: string, before: string, day: Omit<RunDay, 'data'>): Promise<KnownDay> {
  const data = await copyDataFolder(before, join(root, `clean-${name.replace(' ', '-')}`));
  const log = join(root, `${name}.log`);
  const started = performance.now();
  await runToItsEnd(day, data, { LEXDELTA_CRASH_LOG: log });
  const durationMs = performance.now() - started;
  const writes = new Map<string, number>();
  for (const place of (await readFile(log, 'utf8')).trim().split('\n')) writes.set(place, (writes.get(place) ?? 0) + 1);
  const expected = await snapshot(data);
  const left = [...expected.keys()].filter((part) => /^(JobDailyDelta|jobdailybatchprocessing)/.test(part));
  if (left.length > 0) throw new Error(`${name} left ${left.join(', ')}.`);
  tell(`${name}: ${writes.size} places, ${[...writes.values()].reduce((a, b) => a + b, 0)} writes`);
  return { name, day, before, expected, writes, durationMs };
}

function placeCases(day: KnownDay): readonly CrashCase[] {
  return [...day.writes].flatMap(([place, count]) =>
    [...new Set([1, Math.ceil(count / 2), count])].flatMap((n) =>
      (['before', 'after'] as const).map((moment) => ({
        name: `${day.name}, ${moment} write ${n} of ${count} at ${place}`,
        day,
        crash: (data: string) => crashAt(day, data, { place, moment, n }),
      })),
    ),
  );
}

/** Groups of writes differ a little from run to run: a place that has fewer this time is left at its last one. */
async function crashAt(
  { day, before }: KnownDay,
  data: string,
  { place, moment, n }: { readonly place: string; readonly moment: string; readonly n: number },
): Promise<void> {
  for (let write = n; write > 0; write -= 1) {
    const { kind } = await runDay({ ...day, data }, { env: { LEXDELTA_CRASH_AT: `${place}:${moment}:${write}` } });
    if (kind === 'killed') return;
    await rm(data, { recursive: true });
    await copyDataFolder(before, data);
  }
  throw new Error('No process came so far.');
}

/** The first is killed once, the second twice, the third three times, and so on in turn: a run that goes on may die too. */
function randomCases(days: readonly KnownDay[], count: number): readonly CrashCase[] {
  return Array.from({ length: count }, (_, i) => {
    const day = days[i % days.length]!;
    const kills = Array.from({ length: (i % 3) + 1 }, () => Math.round(random() * day.durationMs * 1.1));
    return {
      name: `${day.name}, killed after ${kills.join(', then ')} ms`,
      day,
      crash: async (data: string) => {
        for (const afterMs of kills) await killAfter(day, data, afterMs);
      },
    };
  });
}

async function killAfter({ day }: KnownDay, data: string, afterMs: number): Promise<void> {
  const running = startDay({ ...day, data });
  const timer = setTimeout(() => running.signal('SIGKILL'), afterMs);
  await running.ended;
  clearTimeout(timer);
}

async function work(queue: Iterator<CrashCase>): Promise<void> {
  for (let next = queue.next(); !next.done; next = queue.next()) {
    const problems = await problemsOf(next.value);
    if (problems.length === 0) passed += 1;
    else {
      failed += 1;
      tell(`FAILED: ${next.value.name}`);
      for (const problem of problems.slice(0, DIFFERENCES_SHOWN)) process.stdout.write(`  ${problem}\n`);
    }
    if ((passed + failed) % 20 === 0) tell(`${passed + failed} of ${cases.length}`);
  }
}

async function problemsOf({ name, day, crash }: CrashCase): Promise<readonly string[]> {
  const data = await copyDataFolder(day.before, join(root, name.replaceAll(/\W+/g, '-')));
  try {
    await crash(data);
    await runToItsEnd(day.day, data);
    const problems = differences(day.expected, await snapshot(data));
    if (problems.length === 0) await rm(data, { recursive: true });
    return problems;
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** @throws Error when the day does not succeed */
async function runToItsEnd(
  day: Omit<RunDay, 'data'>,
  data: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (let start = 1; start <= MAX_STARTS; start += 1) {
    const result = await runDay({ ...day, data }, { env });
    if (result.kind === 'ended' && result.report.status === 'succeeded') return;
    if (result.kind !== 'stopped') throw new Error(`The day did not succeed: ${JSON.stringify(result)}`);
  }
  throw new Error(`The day did not end in ${MAX_STARTS} starts.`);
}

function tell(text: string): void {
  process.stdout.write(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
}

/** A small generator of numbers from 0 to below 1, so that a seed gives the same crashes again. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
