/** Variables: who assigns which name, who reads it. Checked when all of a definition is read. */
import { FUNCTION_NAMES } from '../expression-functions.ts';
import type { Problems } from './problems.ts';

/** Unicode identifiers (UAX 31) of at most 80 characters, as Step Functions demands; `states` is its own. */
const VARIABLE_NAME = /^[\p{ID_Start}][\p{ID_Continue}]{0,79}$/u;

/**
 * The names of one group of states. Step Functions: an inner scope (Map iteration, Parallel branch) reads the outer
 * ones, and must not assign a name of theirs: names are unique across nested scopes.
 */
export class Scope {
  readonly #outer: Scope | null;
  readonly #inner: Scope[] = [];
  readonly #assigned = new Map<string, string[]>();
  readonly #reads: { readonly name: string; readonly pointer: string }[] = [];

  constructor(outer: Scope | null) {
    this.#outer = outer;
    if (outer !== null) outer.#inner.push(this);
  }

  assign(name: string, pointer: string, problems: Problems): void {
    if (name === 'states' || !VARIABLE_NAME.test(name)) {
      problems.add(
        pointer,
        `\`${name}\` is no variable name: a Unicode identifier of at most 80 characters, not \`states\`.`,
      );
    }
    this.#assigned.set(name, [...(this.#assigned.get(name) ?? []), pointer]);
  }

  read(names: Iterable<string>, pointer: string): void {
    for (const name of names) this.#reads.push({ name, pointer });
  }

  check(problems: Problems): void {
    for (const [name, pointers] of this.#assigned) {
      if (!this.#outer?.knows(name)) continue;
      for (const pointer of pointers) {
        problems.add(
          pointer,
          `The variable \`${name}\` belongs to an outer scope, where an inner one cannot assign it.`,
        );
      }
    }
    for (const { name, pointer } of this.#reads) {
      if (name === 'states' || FUNCTION_NAMES.has(name) || this.knows(name)) continue;
      problems.add(
        pointer,
        name === 'eval' ? '`$eval` is not available; use `$parse`.' : `Nothing assigns the variable \`$${name}\`.`,
      );
    }
    for (const inner of this.#inner) inner.check(problems);
  }

  /** Whether this scope or an outer one assigns the variable. */
  knows(name: string): boolean {
    return this.#assigned.has(name) || (this.#outer?.knows(name) ?? false);
  }
}
