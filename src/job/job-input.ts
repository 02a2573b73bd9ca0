/**
 * The job's input as users write it (DESIGN, "The job"), checked field by field. Every problem is reported, each with
 * its path, what was found and what was expected.
 */
import { PermanentError } from '../errors.ts';
import { parseBusinessDate } from './business-date.ts';
import type { Override, OverrideKind } from './contracts.ts';
import { countQueryEvents, MAX_QUERY_EVENTS } from './limits.ts';

export interface JobInput {
  readonly max_parallel_executions: number;
  readonly query_batch_size: number;
  /** ISO. */
  readonly business_date: string;
  readonly query_percentage_success: number;
  readonly docs_transformation_percentage_success: number;
  readonly namespaces: readonly {
    readonly namespace: string;
    readonly total_docs: 0;
    readonly total_docs_queried: 0;
  }[];
  readonly max_query_iterations: number;
  readonly max_removed_percentage: number;
  readonly max_fill_rate_drop: number;
  readonly overrides: readonly Override[];
}

/** The values of a run that is started without an input file. */
export const DEFAULT_INPUT = {
  max_parallel_executions: 2,
  query_batch_size: 1000,
  query_percentage_success: 0.9,
  docs_transformation_percentage_success: 0.9,
  max_query_iterations: 3,
  max_removed_percentage: 0.05,
  max_fill_rate_drop: 0.05,
  namespaces: ['mac', 'docman', 'pwm', 'cct'],
} as const;

/** A run's report lists every namespace in one state, which holds 256 KiB. */
export const MAX_NAMESPACES = 100;

export interface InputProblem {
  /** For example `/namespaces/1/namespace`. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

/** All problems of an input at once; `code` is `INPUT_INVALID`. */
export class InputError extends PermanentError {
  readonly problems: readonly InputProblem[];
  constructor(problems: readonly InputProblem[], source = 'The input') {
    const lines = problems.map((p) => `${p.path || '/'}: found ${p.found}, expected ${p.expected}`);
    super(
      'INPUT_INVALID',
      `${source} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}: ${lines.join('; ')}.`,
    );
    this.problems = problems;
  }
}

const REQUIRED = [
  'max_parallel_executions',
  'query_batch_size',
  'business_date',
  'query_percentage_success',
  'docs_transformation_percentage_success',
  'namespaces',
] as const;
const OPTIONAL = ['max_query_iterations', 'max_removed_percentage', 'max_fill_rate_drop', 'overrides'] as const;
export const OVERRIDE_KINDS: readonly OverrideKind[] = ['query', 'transform', 'removals', 'date', 'fill'];

/**
 * Checks an input that was read as JSON and gives the optional fields their defaults.
 * @throws InputError with every problem
 */
export function parseJobInput(value: unknown): JobInput {
  const problems: InputProblem[] = [];
  const report = (path: string, found: unknown, expected: string): void => {
    problems.push({ path, found: show(found), expected });
  };
  if (!isObject(value)) throw new InputError([{ path: '', found: show(value), expected: 'an object' }]);
  for (const key of Object.keys(value)) {
    if (![...REQUIRED, ...OPTIONAL].some((known) => known === key)) {
      report(`/${key}`, value[key], `no such key; known are ${[...REQUIRED, ...OPTIONAL].join(', ')}`);
    }
  }
  for (const key of REQUIRED)
    if (!(key in value)) problems.push({ path: `/${key}`, found: 'nothing', expected: 'a value' });

  const integer = (key: string, low: number, high: number, fallback: number): number => {
    const found = key in value ? value[key] : fallback;
    if (Number.isInteger(found) && (found as number) >= low && (found as number) <= high) return found as number;
    report(`/${key}`, found, `an integer from ${low} to ${high.toLocaleString('en-US')}`);
    return fallback;
  };
  const share = (key: string, fallback: number): number => {
    const found = key in value ? value[key] : fallback;
    if (typeof found === 'number' && found >= 0 && found <= 1) return found;
    report(`/${key}`, found, 'a number from 0 to 1');
    return fallback;
  };
  const businessDate = parseBusinessDate(value['business_date']);
  if (businessDate === null && 'business_date' in value) {
    report('/business_date', value['business_date'], 'a day of the calendar as MM-DD-YYYY or YYYY-MM-DD');
  }
  const input: JobInput = {
    max_parallel_executions: integer('max_parallel_executions', 1, 40, DEFAULT_INPUT.max_parallel_executions),
    query_batch_size: integer('query_batch_size', 1, 10_000, DEFAULT_INPUT.query_batch_size),
    business_date: businessDate ?? '',
    query_percentage_success: share('query_percentage_success', DEFAULT_INPUT.query_percentage_success),
    docs_transformation_percentage_success: share(
      'docs_transformation_percentage_success',
      DEFAULT_INPUT.docs_transformation_percentage_success,
    ),
    namespaces: 'namespaces' in value ? parseNamespaces(value['namespaces'], report) : [],
    max_query_iterations: integer('max_query_iterations', 1, 10, DEFAULT_INPUT.max_query_iterations),
    max_removed_percentage: share('max_removed_percentage', DEFAULT_INPUT.max_removed_percentage),
    max_fill_rate_drop: share('max_fill_rate_drop', DEFAULT_INPUT.max_fill_rate_drop),
    overrides: parseOverrides(value['overrides'] ?? [], report),
  };
  checkHistory(input, report);
  if (problems.length > 0) throw new InputError(problems);
  return input;
}

/** Refuses what would run into the limit of 25,000 events in the middle of the query stage. */
function checkHistory(input: JobInput, report: Report): void {
  const { namespaces, max_parallel_executions: workers, max_query_iterations: iterations } = input;
  if (countQueryEvents(namespaces.length, workers, iterations) <= MAX_QUERY_EVENTS) return;
  report(
    '/namespaces',
    namespaces.length,
    `so few namespaces that ${workers} workers in ${iterations} iterations fit into the history of one execution; ` +
      'lower max_parallel_executions or max_query_iterations',
  );
}

type Report = (path: string, found: unknown, expected: string) => void;

function parseNamespaces(value: unknown, report: Report): JobInput['namespaces'] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_NAMESPACES) {
    report('/namespaces', value, `a list of 1 to ${MAX_NAMESPACES} namespaces`);
    return [];
  }
  const seen = new Set<string>();
  return value.map((item: unknown, i) => {
    const path = `/namespaces/${i}`;
    if (!isObject(item)) {
      report(path, item, 'an object with the key namespace');
      return { namespace: '', total_docs: 0, total_docs_queried: 0 };
    }
    for (const key of Object.keys(item)) {
      if (key === 'total_docs' || key === 'total_docs_queried') {
        if (item[key] !== 0) report(`${path}/${key}`, item[key], '0: the job counts for itself');
      } else if (key !== 'namespace')
        report(`${path}/${key}`, item[key], 'no such key; known are namespace, total_docs, total_docs_queried');
    }
    const { namespace } = item;
    if (!isNamespaceName(namespace)) {
      report(`${path}/namespace`, namespace, '1 to 32 of a-z, A-Z, 0-9, _ and -, beginning with a letter or digit');
      return { namespace: '', total_docs: 0, total_docs_queried: 0 };
    }
    if (seen.has(namespace)) report(`${path}/namespace`, namespace, 'each namespace once');
    seen.add(namespace);
    return { namespace, total_docs: 0, total_docs_queried: 0 };
  });
}

/** Namespaces stand in keys, paths and URLs, so their names are plain. */
export function isNamespaceName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/.test(value);
}

function parseOverrides(value: unknown, report: Report): readonly Override[] {
  if (!Array.isArray(value) || value.length > OVERRIDE_KINDS.length) {
    report('/overrides', value, `a list of at most ${OVERRIDE_KINDS.length} {accept, by, reason}`);
    return [];
  }
  return value.map((item: unknown, i) => {
    const path = `/overrides/${i}`;
    if (!isObject(item)) {
      report(path, item, 'an object {accept, by, reason}');
      return { accept: 'query', by: '', reason: '' };
    }
    for (const key of Object.keys(item)) {
      if (!['accept', 'by', 'reason'].includes(key))
        report(`${path}/${key}`, item[key], 'no such key; known are accept, by, reason');
    }
    const { accept, by, reason } = item;
    if (!OVERRIDE_KINDS.some((kind) => kind === accept))
      report(`${path}/accept`, accept, `one of ${OVERRIDE_KINDS.join(', ')}`);
    if (!isText(by)) report(`${path}/by`, by, 'the name of who accepts it');
    if (!isText(reason)) report(`${path}/reason`, reason, 'the reason');
    return { accept: accept as OverrideKind, by: String(by), reason: String(reason) };
  });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= 500;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
