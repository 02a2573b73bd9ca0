/** Reads the fields of one object of a definition; whatever does not fit becomes a problem with its pointer. */
import { compileExpression, type Expression } from '../expression.ts';
import { isJsonObject, type Json } from '../json.ts';
import type { Template } from '../template.ts';
import { childPointer, type Problems } from './problems.ts';
import { Scope } from './scope.ts';

/** Step Functions: the most that a Wait, a timeout or a concurrency may be. */
export const MAX_SECONDS = 99_999_999;

/** RFC 3339 with upper case T and Z, as the specification demands. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

export interface NumberBounds {
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
}

export class Fields {
  readonly pointer: string;
  readonly problems: Problems;
  readonly #value: { readonly [key: string]: unknown };
  readonly #scope: Scope;
  /** Path inside the state, for the messages of failing expressions. */
  readonly #path: string;

  constructor(value: unknown, pointer: string, problems: Problems, scope: Scope, path = '') {
    this.pointer = pointer;
    this.problems = problems;
    this.#scope = scope;
    this.#path = path;
    this.#value = isJsonObject(value) ? value : {};
    if (!isJsonObject(value)) problems.add(pointer, 'This must be an object.');
  }

  /** Every field that is not in `names` is a problem: nothing is half-obeyed. */
  only(names: readonly string[], where: string): void {
    for (const key of Object.keys(this.#value)) {
      if (!names.includes(key))
        this.problem(key, `${where} has no field \`${key}\` in the declared part of the language.`);
    }
  }

  at(name: string): string {
    return childPointer(this.pointer, name);
  }
  problem(name: string, message: string): void {
    this.problems.add(this.at(name), message);
  }
  has(name: string): boolean {
    return Object.hasOwn(this.#value, name);
  }
  keys(): readonly string[] {
    return Object.keys(this.#value);
  }
  raw(name: string): unknown {
    return this.has(name) ? this.#value[name] : undefined;
  }
  need(name: string): void {
    if (!this.has(name)) this.problem(name, `\`${name}\` is missing.`);
  }

  /** The text, or `''` after noting a problem. */
  string(name: string): string {
    const value = this.raw(name);
    if (typeof value === 'string' && value !== '') return value;
    this.problem(name, value === undefined ? `\`${name}\` is missing.` : 'This must be a text that is not empty.');
    return '';
  }

  /** Checks a field that means nothing to the interpreter. */
  comment(): void {
    if (this.has('Comment') && typeof this.raw('Comment') !== 'string') this.problem('Comment', 'This must be a text.');
  }

  number(name: string, bounds: NumberBounds): number | null {
    if (!this.has(name)) return null;
    return this.#checkNumber(name, this.raw(name), bounds);
  }

  /** A scope of variables inside that of these fields. */
  innerScope(): Scope {
    return new Scope(this.#scope);
  }

  fields(name: string, scope: Scope = this.#scope): Fields {
    return new Fields(this.raw(name), this.at(name), this.problems, scope, this.#pathTo(name));
  }

  /** The fields of the state `name`, where paths begin anew. */
  state(name: string): Fields {
    return new Fields(this.raw(name), this.at(name), this.problems, this.#scope);
  }

  /** The objects of a list that must have at least one. */
  list(name: string, scope: (index: number) => Scope = () => this.#scope): readonly Fields[] {
    const value = this.raw(name);
    if (!Array.isArray(value) || value.length === 0) {
      this.problem(
        name,
        value === undefined ? `\`${name}\` is missing.` : 'This must be a list with at least one entry.',
      );
      return [];
    }
    const path = this.#pathTo(name);
    return value.map(
      (entry, i) => new Fields(entry, childPointer(this.at(name), i), this.problems, scope(i), `${path}/${i}`),
    );
  }

  strings(name: string): readonly string[] {
    const value = this.raw(name);
    if (Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === 'string')) return value;
    this.problem(name, value === undefined ? `\`${name}\` is missing.` : 'This must be a list of texts, at least one.');
    return [];
  }

  template(name: string): Template | null {
    return this.has(name) ? this.#compile(this.raw(name), this.at(name), this.#pathTo(name)) : null;
  }

  /** A number within bounds, or an expression that gives one. */
  numberTemplate(name: string, bounds: NumberBounds): Template | null {
    const template = this.template(name);
    if (template !== null && template.kind !== 'expression') this.#checkNumber(name, this.raw(name), bounds);
    return template;
  }

  /** A text, or an expression that gives one. */
  textTemplate(name: string): Template | null {
    const template = this.template(name);
    if (template === null || template.kind === 'expression') return template;
    if (typeof this.raw(name) !== 'string') this.problem(name, 'This must be a text or an expression.');
    return template;
  }

  assign(): ReadonlyMap<string, Template> | null {
    if (!this.has('Assign')) return null;
    const assigned = this.fields('Assign');
    for (const name of assigned.keys()) this.#scope.assign(name, assigned.at(name), this.problems);
    return new Map(assigned.keys().map((name) => [name, assigned.template(name)!]));
  }

  #pathTo(name: string): string {
    return this.#path === '' ? name : `${this.#path}/${name}`;
  }

  #checkNumber(name: string, value: unknown, { min, max, integer }: NumberBounds): number | null {
    const fits = typeof value === 'number' && value >= min && value <= max && (!integer || Number.isInteger(value));
    if (fits) return value;
    this.problem(name, `This must be ${integer ? 'a whole number' : 'a number'} from ${min} to ${max}.`);
    return null;
  }

  #compile(value: unknown, pointer: string, path: string): Template {
    if (typeof value === 'string') return this.#compileText(value, pointer, path);
    if (Array.isArray(value)) {
      const items = value.map((item, i) => this.#compile(item, childPointer(pointer, i), `${path}/${i}`));
      return items.every((item) => item.kind === 'literal') ? literal(value) : { kind: 'array', items };
    }
    if (!isJsonObject(value)) return literal(value);
    const entries = Object.entries(value).map(
      ([key, inner]) => [key, this.#compile(inner, childPointer(pointer, key), `${path}/${key}`)] as const,
    );
    return entries.every(([, inner]) => inner.kind === 'literal') ? literal(value) : { kind: 'object', entries };
  }

  #compileText(text: string, pointer: string, field: string): Template {
    const [opened, closed] = [text.trimStart().startsWith('{%'), text.trimEnd().endsWith('%}')];
    if (!opened && !closed) return literal(text);
    const expression = this.#expression(text, pointer);
    return expression === null ? literal(null) : { kind: 'expression', expression, field };
  }

  #expression(text: string, pointer: string): Expression | null {
    if (!text.startsWith('{%') || !text.endsWith('%}') || text.length < 4) {
      this.problems.add(pointer, 'An expression is the whole text, from `{%` to `%}`.');
      return null;
    }
    if (/[\r\n]/.test(text)) {
      this.problems.add(pointer, 'An expression stands on one line.');
      return null;
    }
    try {
      const expression = compileExpression(text.slice(2, -2).trim());
      this.#scope.read(expression.references, pointer);
      return expression;
    } catch (error) {
      this.problems.add(pointer, `The JSONata expression cannot be parsed: ${(error as Error).message}`);
      return null;
    }
  }
}

export function isTimestamp(text: string): boolean {
  return TIMESTAMP.test(text) && !Number.isNaN(Date.parse(text));
}

function literal(value: unknown): Template {
  return { kind: 'literal', value: value as Json };
}
