/** The job's input of `lexdelta run`: the file, or the defaults, and the flags on top; all problems told at once. */
import { parseBusinessDate } from '../job/business-date.ts';
import { JOB_DEFAULTS, type JobDefaults } from '../job/job-defaults.ts';
import { InputError, type InputProblem, type JobInput, parseJobInput } from '../job/job-input.ts';
import type { Context } from './context.ts';
import { jsonPlace, nameOf, readText } from './read-text.ts';

export interface InputFlags {
  readonly input?: string;
  readonly businessDate?: string;
  readonly namespaces?: string;
  readonly maxParallelExecutions?: string;
  readonly queryBatchSize?: string;
  readonly accept?: readonly string[];
  readonly by?: string;
  readonly reason?: string;
}

/**
 * @param defaults what stands for an input file that is not given
 * @throws InputError; PermanentError `FILE_NOT_READABLE`
 */
export async function readRunInput(
  flags: InputFlags,
  context: Pick<Context, 'cwd' | 'stdin'>,
  defaults: JobDefaults = JOB_DEFAULTS,
): Promise<JobInput> {
  const fromFile = flags.input === undefined ? inputOf(defaults) : await readInputFile(flags.input, context);
  // Anything but an object is refused as it stands: flags could hide what it is.
  if (typeof fromFile !== 'object' || fromFile === null || Array.isArray(fromFile)) return parseJobInput(fromFile);
  const { value, problems } = applyFlags(fromFile as Record<string, unknown>, flags);
  try {
    const input = parseJobInput(value);
    if (problems.length === 0) return input;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError([...problems, ...error.problems], sourceOf(flags));
  }
  throw new InputError(problems, sourceOf(flags));
}

function sourceOf(flags: InputFlags): string {
  return flags.input === undefined ? 'The input' : inputName(flags.input);
}

function inputName(file: string): string {
  return file === '-' ? nameOf(file) : `The input ${file}`;
}

function inputOf(defaults: JobDefaults): Record<string, unknown> {
  const namespaces = defaults.namespaces.map((namespace) => ({ namespace }));
  return { ...defaults, namespaces };
}

async function readInputFile(file: string, context: Pick<Context, 'cwd' | 'stdin'>): Promise<unknown> {
  const text = await readText(file, context);
  try {
    return JSON.parse(text);
  } catch (error) {
    const found = text.trim() === '' ? 'nothing' : `no JSON${jsonPlace(error)}`;
    throw new InputError([{ path: '', found, expected: 'a JSON object' }], inputName(file));
  }
}

function applyFlags(
  file: Record<string, unknown>,
  flags: InputFlags,
): { readonly value: unknown; readonly problems: readonly InputProblem[] } {
  const problems: InputProblem[] = [];
  const value: Record<string, unknown> = { ...file };
  if (flags.maxParallelExecutions !== undefined) {
    value['max_parallel_executions'] = numberOrText(flags.maxParallelExecutions);
  }
  if (flags.namespaces !== undefined) {
    value['namespaces'] = flags.namespaces.split(',').map((namespace) => ({ namespace: namespace.trim() }));
  }
  if (flags.queryBatchSize !== undefined) value['query_batch_size'] = numberOrText(flags.queryBatchSize);
  if (flags.businessDate !== undefined) {
    const problem = dateConflict(file['business_date'], flags.businessDate);
    if (problem === null) value['business_date'] = flags.businessDate;
    else problems.push(problem);
  }
  const overrides = overridesOf(flags, problems);
  if (overrides.length > 0) {
    const ofFile = file['overrides'] ?? [];
    value['overrides'] = Array.isArray(ofFile) ? [...ofFile, ...overrides] : ofFile;
  }
  return { value, problems };
}

/** Two different days: one of them is a mistake. */
function dateConflict(inFile: unknown, flag: string): InputProblem | null {
  const [a, b] = [parseBusinessDate(inFile), parseBusinessDate(flag)];
  if (a === null || b === null || a === b) return null;
  return { path: '/business_date', found: JSON.stringify(inFile), expected: `the day of --business-date ${flag}` };
}

function overridesOf(flags: InputFlags, problems: InputProblem[]): readonly unknown[] {
  const accepted = flags.accept ?? [];
  if (accepted.length === 0 && (flags.by ?? flags.reason) !== undefined) {
    problems.push({ path: '--accept', found: 'nothing', expected: 'what --by and --reason accept' });
  }
  if (accepted.length === 0) return [];
  if (flags.by === undefined) problems.push({ path: '--by', found: 'nothing', expected: 'the name of who accepts it' });
  if (flags.reason === undefined) problems.push({ path: '--reason', found: 'nothing', expected: 'the reason' });
  if (flags.by === undefined || flags.reason === undefined) return [];
  return accepted.map((accept) => ({ accept, by: flags.by, reason: flags.reason }));
}

/** What is no plain number stays text, and is refused as such. */
function numberOrText(text: string): unknown {
  return /^-?\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : text;
}
