/** Lines of a published file as verification reads them: what is wrong with one is noted, and reading goes on behind it. */
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import type { PublishedFile } from '../published.ts';
import { readPublishedLines } from '../published-file-reader.ts';
import { type Claim, damageOf, type Faults } from './faults.ts';
import type { Shape } from './shape.ts';

/** A line and what it says. */
export interface Line<T> {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  readonly value: T;
}

/** Told of one line. */
const MAX_PROBLEMS = 3;

/** The file's lines, up to where it is damaged: that is a fault of `files`. */
export async function* readLines(
  a3: Pick<JobDailyA3Data, 'open'>,
  folder: string,
  file: PublishedFile,
  faults: Faults,
): AsyncIterable<readonly string[]> {
  try {
    yield* readPublishedLines(a3, folder, file);
  } catch (error) {
    const damage = damageOf(error, `${folder}/${file.path}`);
    if (damage === null) throw error;
    faults.add('files', file.path, null, damage);
  }
}

export interface LineChecks {
  readonly claim: Claim;
  readonly path: string;
  readonly shape: Shape;
  /** Whether the value is as `shape` has it, found out faster. */
  readonly isRight?: (value: unknown) => boolean;
  readonly faults: Faults;
}

/** The lines that have their shape; of the others each is a fault. */
export async function* parseLines<T>(
  batches: AsyncIterable<readonly string[]>,
  checks: LineChecks,
): AsyncIterable<readonly Line<T>[]> {
  let number = 0;
  for await (const texts of batches) {
    const lines: Line<T>[] = [];
    for (const text of texts) {
      number += 1;
      const value = parseLine(text, number, checks);
      if (value !== undefined) lines.push({ text, number, value: value as T });
    }
    yield lines;
  }
}

/** `undefined`: it is not what it should be. */
function parseLine(text: string, number: number, checks: LineChecks): unknown {
  const { claim, path, shape, isRight, faults } = checks;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    faults.add(claim, path, number, 'cannot be parsed');
    return undefined;
  }
  if (isRight?.(value) === true) return value;
  const problems: string[] = [];
  shape(value, '', (where, found, expected) => problems.push(`has ${found} at ${where} where ${expected} is expected`));
  if (problems.length === 0 && isRight !== undefined)
    problems.push('has its properties in another order than rows have');
  for (const problem of problems.slice(0, MAX_PROBLEMS)) faults.add(claim, path, number, problem);
  return problems.length === 0 ? value : undefined;
}
