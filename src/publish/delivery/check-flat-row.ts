/** One line of a `~` file, held to the constraints of its columns. */
import { compareBytes } from '../../agreements/byte-order.ts';
import { isoDate } from '../../agreements/table-a3/dates.ts';
import { codePointLength, excerpt, isLongerThan } from '../../agreements/table-a3/text.ts';
import type { FlatColumn } from './flat-columns.ts';
import { SEPARATOR } from './flat-format.ts';

export interface RowFault {
  /** `file`: it cannot be read as the table that it should be. `value`: it can, and a value is not as the table wants it. */
  readonly kind: 'file' | 'value';
  readonly field: string | null;
  /** What the row is known by (A3.3, CO.2, CP.2); `null`: it cannot be told. */
  readonly key: string | null;
  /** Ends a sentence; holds nothing of the value. */
  readonly problem: string;
}

/** `null`: the value is right. */
type ValueCheck = (value: string) => string | null;

export interface RowChecks {
  readonly columns: readonly { readonly name: string; readonly problemOf: ValueCheck }[];
  /** Column that the rows are known by. */
  readonly key: number;
}

/** In characters. */
const MAX_KEY = 60;
const CONTROL = /\p{Cc}/u;

/** For the rows of one file, in their order: some checks remember the row before. */
export function rowChecks(columns: readonly FlatColumn[], business_date: string): RowChecks {
  const isAgreements = columns[0]?.name === 'A3.1';
  return {
    columns: columns.map((column, i) => ({
      name: column.name,
      problemOf: i === 0 ? isDate(business_date) : valueCheck(column),
    })),
    key: isAgreements ? 2 : 1,
  };
}

export function checkRow(line: string, { columns, key: keyColumn }: RowChecks): readonly RowFault[] {
  const values = line.split(SEPARATOR);
  const key = excerpt(values[keyColumn] ?? '', MAX_KEY);
  if (values.length !== columns.length) {
    const problem = `has ${values.length} columns where there are ${columns.length}`;
    return [{ kind: 'file', field: null, key: null, problem }];
  }
  const faults: RowFault[] = [];
  if (CONTROL.test(line)) {
    const field = columns[values.findIndex((value) => CONTROL.test(value))]?.name ?? null;
    faults.push({ kind: 'file', field, key: null, problem: 'holds a control character' });
  }
  for (let i = 0; i < values.length; i += 1) {
    const { name, problemOf } = columns[i]!;
    const problem = problemOf(values[i]!);
    if (problem !== null) faults.push({ kind: i === 0 ? 'file' : 'value', field: name, key, problem });
  }
  return faults;
}

function isDate(business_date: string): ValueCheck {
  return (value) => (value === business_date ? null : `is not ${business_date}`);
}

function valueCheck({ type, constraints = {}, missing }: FlatColumn): ValueCheck {
  const { required, maxLength, pattern, unique } = constraints;
  const checks: ValueCheck[] = [];
  if (type === 'date') checks.push(isCalendarDay);
  if (maxLength !== undefined) checks.push((value) => lengthProblem(value, maxLength));
  if (constraints.enum !== undefined) checks.push(isOneOf(constraints.enum));
  if (pattern !== undefined) checks.push(hasPattern(pattern));
  if (unique === true) checks.push(ascends());
  const [only, ...others] = checks;
  const present: ValueCheck = others.length === 0 && only !== undefined ? only : (value) => firstProblem(checks, value);
  return (value) => {
    if (value === missing) return required === true ? 'is empty' : null;
    return value === '' ? 'is empty' : present(value);
  };
}

function firstProblem(checks: readonly ValueCheck[], value: string): string | null {
  for (const check of checks) {
    const problem = check(value);
    if (problem !== null) return problem;
  }
  return null;
}

function isCalendarDay(value: string): string | null {
  return isoDate({ form: 'YYYY-MM-DD', value }) === value ? null : 'is no day of the calendar as YYYY-MM-DD';
}

function lengthProblem(value: string, max: number): string | null {
  return isLongerThan(value, max) ? `has ${codePointLength(value)} characters where ${max} are allowed` : null;
}

function isOneOf(allowed: readonly string[]): ValueCheck {
  const problem = `is not ${allowed.join(' or ')}`;
  return (value) => (allowed.includes(value) ? null : problem);
}

function hasPattern(pattern: string): ValueCheck {
  const form = new RegExp(pattern, 'u');
  return (value) => (form.test(value) ? null : 'has not the form of its column');
}

/** The published master tables ascend by identifier, so that one which stands twice is seen without remembering all. */
function ascends(): ValueCheck {
  let before: string | null = null;
  return (value) => {
    const order = before === null ? 1 : compareBytes(value, before);
    before = value;
    if (order === 0) return 'stands twice';
    return order > 0 ? null : 'is out of order';
  };
}
