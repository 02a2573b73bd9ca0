/**
 * Findings on agreement identifiers: A3.3 in documents that differ, A3.12 and A3.12.3 that name nothing, a credit
 * enhancement document without an obligor. References are read twice, each time in the table's order: first for what breaks
 * a rule, then for the rows of that. What is kept of an identifier does not grow with the rows that share it.
 */
import { hash } from 'node:crypto';
import type { RuleSet } from '../agreements/table-a3/rules.ts';
import type { TableRuleId } from '../agreements/table-a3/table-rules.ts';
import type { TableFinding } from './published.ts';
import type { KeyReference, Reference } from './references.ts';
import { compareFindings, Tally, tableFinding } from './table-finding.ts';

/** The rows that a finding of the rule is about. */
const ROWS_OF = {
  'TABLE-A3.3-duplicate': ([kind]) => kind === 'key',
  'TABLE-A3.6.1-absent': ([kind, , , , , hasObligor]) => kind === 'key' && hasObligor !== true,
  'TABLE-A3.12-dangling': ([kind]) => kind === 'A3.12',
  'TABLE-A3.12.3-dangling': ([kind]) => kind === 'A3.12.3',
} satisfies Partial<Record<TableRuleId, (reference: Reference) => boolean>>;

type IdentifierRule = keyof typeof ROWS_OF;

interface Broken {
  readonly rule: IdentifierRule;
  readonly tally: Tally;
  readonly words: Readonly<Record<string, number>>;
}

export class IdentifierGroups {
  readonly #groups = new Map<string, Group>();
  readonly #broken = new Map<string, readonly Broken[]>();
  /** Of the document whose references are read: they stand together. */
  #document = 0;
  #namespace = '';
  #lexId = '';

  /** In the first reading. */
  add(reference: Reference): void {
    const [kind, identifier, namespace, lexId] = reference;
    if (lexId !== this.#lexId || namespace !== this.#namespace) {
      this.#document += 1;
      this.#namespace = namespace;
      this.#lexId = lexId;
    }
    const group = this.#groups.get(identifier) ?? new Group();
    this.#groups.set(identifier, group);
    if (kind === 'key') group.addKey(this.#document, reference);
    else group.addNaming(kind);
  }

  /** Ends the first reading. @returns whether there is anything to read again for */
  judge(): boolean {
    for (const [identifier, group] of this.#groups) {
      const broken = group.judge();
      if (broken.length > 0) this.#broken.set(identifier, broken);
    }
    this.#groups.clear();
    return this.#broken.size > 0;
  }

  /** In the second reading. */
  addRow(reference: Reference): void {
    const [kind, identifier, namespace, lex_id] = reference;
    for (const { rule, tally } of this.#broken.get(identifier) ?? []) {
      if (!ROWS_OF[rule](reference)) continue;
      tally.add({ namespace, lex_id, 'A3.3': kind === 'key' ? identifier : reference[4] });
    }
  }

  /** Ascending by rule, then value. */
  findings(rules: RuleSet): readonly TableFinding[] {
    const found: TableFinding[] = [];
    for (const [identifier, broken] of this.#broken) {
      for (const { rule, tally, words } of broken) found.push(tableFinding(rule, rules, identifier, tally, words));
    }
    return found.sort(compareFindings);
  }
}

class Group {
  #isNamedFirst = false;
  #isNamedSecond = false;
  #isBare = false;
  #documents = 0;
  /** The last that has it. */
  #document = 0;
  /** What the document that is being read says so far, and what the first one said. */
  #says = '';
  #firstSays = '';
  #differs = false;

  addKey(document: number, [, , , , digest, hasObligor]: KeyReference): void {
    if (!hasObligor) this.#isBare = true;
    if (document === this.#document) {
      // The rows of a document have one order, so equal documents chain to equal digests.
      this.#says = hash('sha256', this.#says + digest, 'hex').slice(0, 32);
      return;
    }
    this.#endDocument();
    this.#documents += 1;
    this.#document = document;
    this.#says = digest;
  }

  addNaming(field: 'A3.12' | 'A3.12.3'): void {
    if (field === 'A3.12') this.#isNamedFirst = true;
    else this.#isNamedSecond = true;
  }

  judge(): readonly Broken[] {
    const broken: Broken[] = [];
    const add = (rule: IdentifierRule, words = {}) => broken.push({ rule, tally: new Tally(), words });
    if (this.#documents === 0) {
      if (this.#isNamedFirst) add('TABLE-A3.12-dangling');
      if (this.#isNamedSecond) add('TABLE-A3.12.3-dangling');
      return broken;
    }
    this.#endDocument();
    if (this.#differs) add('TABLE-A3.3-duplicate', { documents: this.#documents });
    if (this.#isBare && (this.#isNamedFirst || this.#isNamedSecond)) add('TABLE-A3.6.1-absent');
    return broken;
  }

  /** Several rows of one document may share an identifier; two documents only when they say the same. */
  #endDocument(): void {
    if (this.#documents === 0) return;
    if (this.#documents === 1) this.#firstSays = this.#says;
    else if (this.#says !== this.#firstSays) this.#differs = true;
  }
}
