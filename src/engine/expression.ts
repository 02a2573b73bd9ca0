/** JSONata 2.0.6, the version that Step Functions documents, behind the smallest type that the engine needs. */
import jsonata from 'jsonata';
import { isJsonObject, type Json } from './json.ts';

export interface Expression {
  /** The text between `{%` and `%}`. */
  readonly text: string;
  /** Variables and functions that the expression uses and does not bind itself, without `$`. */
  readonly references: ReadonlySet<string>;
  /**
   * @returns plain JSON, or undefined for JSONata's nothing
   * @throws Error whatever JSONata throws, or that the result is no JSON
   */
  evaluate(bindings: Readonly<Record<string, unknown>>): Promise<Json | undefined>;
}

/** @throws Error with JSONata's message when the text cannot be parsed */
export function compileExpression(text: string): Expression {
  let compiled: jsonata.Expression;
  try {
    compiled = jsonata(text);
  } catch (error) {
    throw new Error(jsonataMessage(error));
  }
  return {
    text,
    references: freeNames(compiled.ast()),
    async evaluate(bindings) {
      let value: unknown;
      try {
        value = await compiled.evaluate(undefined, { ...bindings });
      } catch (error) {
        throw new Error(jsonataMessage(error));
      }
      return value === undefined ? undefined : toPlainJson(value);
    },
  };
}

/** JSONata throws plain objects with `message` and `code`. */
function jsonataMessage(error: unknown): string {
  if (!isJsonObject(error) || typeof error['message'] !== 'string') return String(error);
  return typeof error['code'] === 'string' ? `${error['message']} (${error['code']})` : error['message'];
}

/** JSONata's sequences carry hidden properties, and its functions are values: neither may reach the journal. */
function toPlainJson(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map(toPlainJson);
  if (isJsonObject(value) && value['_jsonata_lambda'] !== true && value['_jsonata_function'] !== true) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toPlainJson(inner)]));
  }
  throw new Error(`The result holds a ${typeof value}, which JSON cannot represent.`);
}

function freeNames(ast: unknown): ReadonlySet<string> {
  const used = new Set<string>();
  const bound = new Set<string>(['', '$']); // `$` and `$$`: the context, and the whole input.
  visit(ast, used, bound);
  return used.difference(bound);
}

function visit(node: unknown, used: Set<string>, bound: Set<string>): void {
  if (Array.isArray(node)) {
    for (const inner of node) visit(inner, used, bound);
    return;
  }
  if (!isJsonObject(node)) return;
  const { type, value, lhs, focus, index } = node;
  if (type === 'variable' && typeof value === 'string') used.add(value);
  if (type === 'bind') bindNames([lhs], bound);
  if (type === 'lambda') bindNames(node['arguments'], bound);
  if (type === 'index' && typeof value === 'string') bound.add(value);
  for (const name of [focus, index]) if (typeof name === 'string') bound.add(name);
  for (const inner of Object.values(node)) visit(inner, used, bound);
}

function bindNames(nodes: unknown, bound: Set<string>): void {
  if (!Array.isArray(nodes)) return;
  for (const node of nodes) if (isJsonObject(node) && typeof node['value'] === 'string') bound.add(node['value']);
}
