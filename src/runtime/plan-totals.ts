import { type FileCounts, type ImportPlan, type KeyCounts, MAX_REFUSALS } from '../agreements/imports/plan-import.ts';
import type { RefusedLine } from './import-refused.ts';

/** Aliases that lead nowhere, and the first of them by line. */
export interface AliasesOfNobody {
  readonly count: number;
  readonly examples: readonly NobodysAlias[];
}
interface NobodysAlias {
  readonly line: number;
  readonly entity_id: string;
}

const MAX_EXAMPLES = 5;

type Refusal = Omit<RefusedLine, 'file'>;

/** Sums over the partitions of an import. */
export class PlanTotals {
  readonly #files: readonly string[];
  readonly #counts: { file: string; new: number; changed: number; unchanged: number; refused: number }[];
  readonly #keys = { new: 0, changed: 0 };
  readonly members = { standing: 0, removed: 0 };
  #nobodies: { count: number; examples: readonly NobodysAlias[] } = { count: 0, examples: [] };
  #refusals: { readonly at: number; readonly refusal: Refusal }[] = [];

  constructor(files: readonly string[]) {
    this.#files = files;
    this.#counts = files.map((file) => ({ file, new: 0, changed: 0, unchanged: 0, refused: 0 }));
  }

  get counts(): readonly FileCounts[] {
    return this.#counts;
  }

  get keys(): KeyCounts {
    return this.#keys;
  }

  refuse(file: number, refusal: Refusal): void {
    this.#counts[file]!.refused += 1;
    this.#keep(file, refusal);
  }

  countMember(isRemoved: boolean): void {
    this.members.standing += 1;
    if (isRemoved) this.members.removed += 1;
  }

  countNobody(alias: NobodysAlias): void {
    const examples = [...this.#nobodies.examples, alias].sort((a, b) => a.line - b.line).slice(0, MAX_EXAMPLES);
    this.#nobodies = { count: this.#nobodies.count + 1, examples };
  }

  aliasesOfNobody(): AliasesOfNobody {
    return this.#nobodies;
  }

  countChangedKey(): void {
    this.#keys.changed += 1;
  }

  add(plan: Omit<ImportPlan<unknown>, 'items'>): void {
    for (const [i, count] of plan.counts.entries()) {
      for (const figure of ['new', 'changed', 'unchanged', 'refused'] as const)
        this.#counts[i]![figure] += count[figure];
    }
    this.#keys.new += plan.keys.new;
    this.#keys.changed += plan.keys.changed;
    for (const { file, ...refusal } of plan.refusals) this.#keep(this.#files.indexOf(file), refusal);
  }

  refusals(): readonly RefusedLine[] {
    this.#cut();
    return this.#refusals.map(({ at, refusal }) => ({ file: this.#files[at]!, ...refusal }));
  }

  #keep(at: number, refusal: Refusal): void {
    this.#refusals.push({ at, refusal });
    if (this.#refusals.length >= 2 * MAX_REFUSALS) this.#cut();
  }

  #cut(): void {
    this.#refusals.sort((a, b) => a.at - b.at || a.refusal.line - b.refusal.line);
    this.#refusals = this.#refusals.slice(0, MAX_REFUSALS);
  }
}
