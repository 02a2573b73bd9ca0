import type { Severity } from '../agreements/transformed.ts';
import { PermanentError } from '../errors.ts';
import { isNamespaceName } from '../job/job-input.ts';
import { RETENTION_BOUNDS, type RetentionPolicy } from '../job/retention-policy.ts';
import { fileNameProblem, TABLE_NAMES, type TableName } from '../publish/delivery/delivery-names.ts';
import {
  FLAT_HEADERS,
  type FlatHeader,
  LINE_ENDS,
  type LineEnd,
  notApplicableProblem,
} from '../publish/delivery/flat-format.ts';

/** What a configuration file may hold. */
export interface Settings {
  /** The data folder. */
  readonly data?: string | undefined;
  /** Name of a stack deployed on AWS, instead of a data folder. */
  readonly aws?: string | undefined;
  /** URL or folder of Lex. */
  readonly lex?: string | undefined;
  readonly lexTimeouts?: { readonly idleMs?: number | undefined; readonly totalMs?: number | undefined } | undefined;
  /** URL of the entity service that enrichment asks. */
  readonly entityService?: string | undefined;
  /** Severities that differ from the rules' defaults, by rule id. */
  readonly rules?: Readonly<Record<string, Severity>> | undefined;
  /** Name → path of a module whose default export is a namespace. */
  readonly namespaceModules?: Readonly<Record<string, string>> | undefined;
  readonly threads?: number | undefined;
  /** How long things are kept; what is not given is as by default. */
  readonly retention?: Partial<RetentionPolicy> | undefined;
  /** Path of the holiday file. */
  readonly holidays?: string | undefined;
  readonly delivery?: DeliverySettings | undefined;
  /** IANA name of the zone whose days are business days. */
  readonly timeZone?: string | undefined;
}

/** How `deliver` writes; the flags of that command stand before them. */
export interface DeliverySettings {
  readonly tables?: readonly TableName[] | undefined;
  readonly fileName?: string | undefined;
  readonly header?: FlatHeader | undefined;
  readonly lineEnd?: LineEnd | undefined;
  readonly notApplicable?: string | undefined;
  readonly notApplicableByField?: Readonly<Record<string, string>> | undefined;
}

const DAY_MS = 86_400_000;
const MAX_THREADS = 64;

/** `problem` is a sentence's end. Values of unknown keys are not repeated: somebody may have put a token there. */
type Report = (path: string, problem: string) => void;
type Check = (value: unknown, path: string, report: Report) => void;

const RETENTION_CHECKS = Object.fromEntries(
  Object.entries(RETENTION_BOUNDS).map(([key, [low, high]]) => [key, checkInteger(low, high)]),
);

const CHECKS: Readonly<Record<keyof Settings, Check>> = {
  data: checkText('the path of the data folder'),
  aws: checkText('the name of a stack'),
  lex: checkText('URL or folder of Lex'),
  lexTimeouts: checkKeys({ idleMs: checkInteger(1, DAY_MS), totalMs: checkInteger(1, DAY_MS) }),
  entityService: checkText('URL of the entity service'),
  rules: checkMap(
    (value, path, report) => {
      if (value !== 'error' && value !== 'warning') report(path, unexpected(value, '"error" or "warning"'));
    },
    (key) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(key),
  ),
  namespaceModules: checkMap(checkText('the path of a module'), isNamespaceName),
  threads: checkInteger(1, MAX_THREADS),
  retention: checkKeys(RETENTION_CHECKS),
  holidays: checkText('the path of a holiday file'),
  timeZone: checkTimeZone,
  delivery: checkKeys({
    tables: checkList(checkChoice(TABLE_NAMES)),
    fileName: checkBy(fileNameProblem),
    header: checkChoice(FLAT_HEADERS),
    lineEnd: checkChoice(Object.keys(LINE_ENDS)),
    notApplicable: checkBy(notApplicableProblem),
    notApplicableByField: checkMap(checkBy(notApplicableProblem), (key) =>
      /^(?:A3|CO|CP)(?:\.\d{1,2}){1,2}$/.test(key),
    ),
  }),
};

/** @throws PermanentError `CONFIG_INVALID`, naming every problem with its path */
export function checkSettings(value: unknown, source: string): Settings {
  const problems: string[] = [];
  checkKeys(CHECKS)(value, '', (path, problem) => {
    problems.push(`${path || '/'}: ${problem}`);
  });
  if (problems.length === 0) return value as Settings;
  throw new PermanentError('CONFIG_INVALID', `The configuration ${source} is not right: ${problems.join('; ')}.`);
}

/** The settings that have a variable. An empty one counts as not set. @throws PermanentError `CONFIG_INVALID` */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Settings {
  const integer = (name: string, high: number): number | undefined => {
    const text = env[name];
    if (!text) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= 1 && value <= high) return value;
    throw new PermanentError('CONFIG_INVALID', `${name} is "${text.slice(0, 60)}", expected 1 to ${high}.`);
  };
  return {
    data: env['LEXDELTA_DATA'] || undefined,
    aws: env['LEXDELTA_AWS_STACK'] || undefined,
    lex: env['LEXDELTA_LEX'] || undefined,
    entityService: env['LEXDELTA_ENTITY_SERVICE'] || undefined,
    lexTimeouts: {
      idleMs: integer('LEXDELTA_LEX_IDLE_MS', DAY_MS),
      totalMs: integer('LEXDELTA_LEX_TOTAL_MS', DAY_MS),
    },
    threads: integer('LEXDELTA_THREADS', MAX_THREADS),
    holidays: env['LEXDELTA_HOLIDAYS'] || undefined,
    timeZone: readTimeZone(env['LEXDELTA_TIME_ZONE']),
  };
}

function readTimeZone(text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (isTimeZone(text)) return text;
  throw new PermanentError('CONFIG_INVALID', `LEXDELTA_TIME_ZONE is "${text.slice(0, 60)}", expected ${TIME_ZONE}.`);
}

const TIME_ZONE = 'the name of a time zone, such as America/New_York';

function checkTimeZone(value: unknown, path: string, report: Report): void {
  if (typeof value !== 'string' || !isTimeZone(value)) report(path, unexpected(value, TIME_ZONE));
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function checkText(expected: string): Check {
  return (value, path, report) => {
    if (typeof value !== 'string' || value === '') report(path, unexpected(value, expected));
  };
}

/** @param problemOf why the text is not right, as a sentence's end; `null`: it is */
function checkBy(problemOf: (text: string) => string | null): Check {
  return (value, path, report) => {
    const problem = typeof value === 'string' ? problemOf(value) : 'expected a text';
    if (problem !== null) report(path, `found ${JSON.stringify(value).slice(0, 60)}, ${problem}`);
  };
}

function checkChoice(choices: readonly string[]): Check {
  const expected = choices.map((choice) => `"${choice}"`).join(' or ');
  return (value, path, report) => {
    if (typeof value !== 'string' || !choices.includes(value)) report(path, unexpected(value, expected));
  };
}

function checkList(check: Check): Check {
  return (value, path, report) => {
    if (!Array.isArray(value) || value.length === 0) return report(path, unexpected(value, 'a list that is not empty'));
    for (const [i, item] of value.entries()) check(item, `${path}/${i}`, report);
  };
}

function checkInteger(low: number, high: number): Check {
  return (value, path, report) => {
    if (!Number.isInteger(value) || (value as number) < low || (value as number) > high) {
      report(path, unexpected(value, `an integer from ${low} to ${high}`));
    }
  };
}

function checkKeys(checks: Readonly<Record<string, Check>>): Check {
  return (value, path, report) => {
    if (!isObject(value)) return report(path, unexpected(value, 'an object'));
    for (const [key, item] of Object.entries(value)) {
      const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
      if (check !== undefined) check(item, `${path}/${key}`, report);
      else report(`${path}/${key}`, `no such key; known are ${Object.keys(checks).join(', ')}`);
    }
  };
}

function checkMap(check: Check, isName: (key: string) => boolean): Check {
  return (value, path, report) => {
    if (!isObject(value)) return report(path, unexpected(value, 'an object'));
    for (const [key, item] of Object.entries(value)) {
      if (isName(key)) check(item, `${path}/${key}`, report);
      else report(`${path}/${key}`, 'no such name');
    }
  };
}

function unexpected(found: unknown, expected: string): string {
  return `found ${JSON.stringify(found).slice(0, 60)}, expected ${expected}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
