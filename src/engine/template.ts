/** A JSON value of a definition in which whole strings may be JSONata expressions: `{% … %}`. */
import type { Expression } from './expression.ts';
import type { Json } from './json.ts';
import { StateError } from './state-error.ts';

export type Template =
  | { readonly kind: 'literal'; readonly value: Json }
  /** `field` is the path inside the state, e.g. `Arguments/Payload/x`. */
  | { readonly kind: 'expression'; readonly expression: Expression; readonly field: string }
  | { readonly kind: 'array'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Template])[] };

export type Bindings = Readonly<Record<string, unknown>>;

/** @throws StateError `States.QueryEvaluationError` when an expression fails or gives nothing */
export async function evaluateTemplate(template: Template, bindings: Bindings, state: string): Promise<Json> {
  switch (template.kind) {
    case 'literal':
      return template.value;
    case 'expression':
      return evaluateExpression(template.expression, template.field, bindings, state);
    case 'array': {
      const items: Json[] = [];
      for (const item of template.items) items.push(await evaluateTemplate(item, bindings, state));
      return items;
    }
    case 'object': {
      const entries: [string, Json][] = [];
      for (const [key, inner] of template.entries) entries.push([key, await evaluateTemplate(inner, bindings, state)]);
      return Object.fromEntries(entries);
    }
  }
}

async function evaluateExpression(
  expression: Expression,
  field: string,
  bindings: Bindings,
  state: string,
): Promise<Json> {
  let value: Json | undefined;
  try {
    value = await expression.evaluate(bindings);
  } catch (error) {
    throw queryError(
      state,
      `The JSONata expression '${expression.text}' specified for the field '${field}' failed: ${(error as Error).message}`,
    );
  }
  if (value === undefined) {
    throw queryError(
      state,
      `The JSONata expression '${expression.text}' specified for the field '${field}' returned nothing (undefined).`,
    );
  }
  return value;
}

export function queryError(state: string, what: string): StateError {
  return new StateError(
    'States.QueryEvaluationError',
    `An error occurred while executing the state '${state}'. ${what}`,
  );
}
