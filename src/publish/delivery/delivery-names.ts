/** How the files of a delivery are named. Loaded with every command, to check the configuration: it needs nothing. */
import type { FlatTable } from '../data-package.ts';

/** As `--tables` names them. */
export const DELIVERED_TABLES = { a3: 'A-3', co: 'CO', cp: 'CP' } as const satisfies Record<string, FlatTable>;
export type TableName = keyof typeof DELIVERED_TABLES;
export const TABLE_NAMES = Object.keys(DELIVERED_TABLES) as readonly TableName[];

export const DEFAULT_FILE_NAME = '{table}_{date}.txt';
/** In characters, after the placeholders are filled in. */
const MAX_FILE_NAME = 200;
const PLACEHOLDER = /\{([^{}]*)\}/g;

export interface FileNameParts {
  readonly table: FlatTable;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly attempt: number;
}

const PLACEHOLDERS: Readonly<Record<string, (parts: FileNameParts) => string>> = {
  table: ({ table }) => table,
  date: ({ date }) => date,
  yyyymmdd: ({ date }) => date.replaceAll('-', ''),
  attempt: ({ attempt }) => `${attempt}`,
};

/** Why files cannot be named so, as a sentence's end; `null`: they can. */
export function fileNameProblem(pattern: string): string | null {
  const unknown = [...pattern.matchAll(PLACEHOLDER)].map(([, name = '']) => name).find((name) => !isPlaceholder(name));
  if (unknown !== undefined) {
    const known = Object.keys(PLACEHOLDERS).map((name) => `{${name}}`);
    return `there is no placeholder {${unknown.slice(0, 20)}}; known are ${known.join(', ')}`;
  }
  if (!pattern.includes('{table}')) return 'expected {table} in it, so that every table has a file of its own';
  const name = fillIn(pattern, { table: 'A-3', date: '2021-10-20', attempt: 1_000_000 });
  if (!/^[A-Za-z0-9_][A-Za-z0-9._+=@,()-]*$/.test(name)) {
    return 'expected letters, digits and any of . _ + = @ , ( ) - after the first';
  }
  return name.length <= MAX_FILE_NAME ? null : `expected at most ${MAX_FILE_NAME} characters`;
}

/** @param pattern one that {@link fileNameProblem} has nothing to say of */
export function fileName(pattern: string, parts: FileNameParts): string {
  return fillIn(pattern, parts);
}

function isPlaceholder(name: string): boolean {
  return Object.hasOwn(PLACEHOLDERS, name);
}

function fillIn(pattern: string, parts: FileNameParts): string {
  return pattern.replace(PLACEHOLDER, (whole, name: string) => PLACEHOLDERS[name]?.(parts) ?? whole);
}
