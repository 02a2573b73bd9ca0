/**
 * Document schemas as plain data, so that a user's module needs nothing from this package.
 *
 * A shape says what the members that it names must be; all others are kept and ignored. `null` is allowed wherever a
 * member is: it means the same as an absent one. Entries of lists must be what they should, unless `nullable`.
 */
import type { A3Field } from '../table-a3/fields.ts';

interface Common {
  /** What must be there: nothing (default), the key (its value may be `null`), or a value. */
  readonly needs?: 'key' | 'value';
  /** For an entry of a list: it may be `null`. */
  readonly nullable?: true;
  /** The A-3 field that it feeds, shown with findings. */
  readonly field?: A3Field;
  /** Holds contact details: findings never show its value. */
  readonly isContact?: true;
}
export interface TextShape extends Common {
  readonly kind: 'text';
  /** The texts allowed; any when left out. */
  readonly oneOf?: readonly string[];
}
/** `any`: whatever JSON allows, for members that a rule of its own judges. */
export interface ScalarShape extends Common {
  readonly kind: 'number' | 'boolean' | 'any';
}
export interface ListShape extends Common {
  readonly kind: 'list';
  readonly items: Shape;
}
export interface ObjectShape extends Common {
  readonly kind: 'object';
  readonly members: Readonly<Record<string, Shape>>;
}
export type Shape = TextShape | ScalarShape | ListShape | ObjectShape;

/** The type of the values that fit a shape. */
export type ValueOf<S> = S extends { readonly kind: 'text' }
  ? string
  : S extends { readonly kind: 'number' }
    ? number
    : S extends { readonly kind: 'boolean' }
      ? boolean
      : S extends { readonly kind: 'list'; readonly items: infer I }
        ? readonly EntryOf<I>[]
        : S extends { readonly kind: 'object'; readonly members: infer M }
          ? { readonly [K in keyof M]?: ValueOf<M[K]> | null }
          : unknown;
type EntryOf<I> = I extends { readonly nullable: true } ? ValueOf<I> | null : ValueOf<I>;

export interface ShapeProblem {
  readonly rule: 'LEX-missing-key' | 'LEX-wrong-type' | 'LEX-unexpected-value';
  readonly field: A3Field | null;
  /** Path, what was expected, what was found; nothing of the document's contents. */
  readonly message: string;
  /** The value found, as JSON, where it is a scalar and no contact detail. */
  readonly value: string | null;
}

/** A document that is wrong throughout is reported this far; the rest tells nobody more. */
const MAX_PROBLEMS = 100;

/** Where the value does not fit the shape. Never throws, whatever the value. */
export function findShapeProblems(shape: Shape, value: unknown): readonly ShapeProblem[] {
  const problems: ShapeProblem[] = [];
  check(shape, value, '', problems);
  return problems;
}

function check(shape: Shape, value: unknown, path: string, problems: ShapeProblem[]): void {
  if (problems.length >= MAX_PROBLEMS) return;
  if (!hasKind(shape, value)) {
    problems.push(wrongType(shape, value, path));
  } else if (shape.kind === 'list') {
    (value as readonly unknown[]).forEach((entry, i) => {
      if (entry === null && shape.items.nullable) return;
      check(shape.items, entry, `${path}[${i}]`, problems);
    });
  } else if (shape.kind === 'object') {
    for (const [key, member] of Object.entries(shape.members))
      checkMember(member, value as object, key, path, problems);
  } else if (shape.kind === 'text' && shape.oneOf !== undefined && !shape.oneOf.includes(value as string)) {
    const expected = shape.oneOf.map((text) => `"${text}"`).join(' or ');
    const message = `\`${path}\`: expected ${expected}, found another text.`;
    problems.push({ rule: 'LEX-unexpected-value', field: shape.field ?? null, message, value: show(shape, value) });
  }
}

function checkMember(shape: Shape, object: object, key: string, path: string, problems: ShapeProblem[]): void {
  const memberPath = path === '' ? key : `${path}.${key}`;
  const value = Object.hasOwn(object, key) ? (object as Readonly<Record<string, unknown>>)[key] : undefined;
  if (value !== undefined && value !== null) {
    check(shape, value, memberPath, problems);
  } else if (shape.needs === 'value' || (shape.needs === 'key' && value === undefined)) {
    const found = value === null ? 'null' : 'nothing';
    const message = `\`${memberPath}\`: expected ${nameOf(shape)}, found ${found}.`;
    problems.push({ rule: 'LEX-missing-key', field: shape.field ?? null, message, value: null });
  }
}

function hasKind(shape: Shape, value: unknown): boolean {
  switch (shape.kind) {
    case 'any':
      return true;
    case 'text':
      return typeof value === 'string';
    case 'list':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === shape.kind;
  }
}

function wrongType(shape: Shape, value: unknown, path: string): ShapeProblem {
  const where = path === '' ? 'The document' : `\`${path}\``;
  const message = `${where}: expected ${nameOf(shape)}, found ${kindOf(value)}.`;
  return { rule: 'LEX-wrong-type', field: shape.field ?? null, message, value: show(shape, value) };
}

const NAMES: Readonly<Record<Shape['kind'], string>> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  any: 'a value',
  list: 'a list',
  object: 'an object',
};

function nameOf(shape: Shape): string {
  return NAMES[shape.kind];
}

/** What a JSON value is, in a word or two. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Where an object or a list was expected, a text might hold anything, contact details too. */
function show(shape: Shape, value: unknown): string | null {
  if (shape.isContact || shape.kind === 'object' || shape.kind === 'list' || typeof value === 'object') return null;
  return JSON.stringify(value)?.slice(0, 200) ?? null;
}
