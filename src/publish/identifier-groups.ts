/**
 * Findings on agreement identifiers: A3.3 in documents that differ, A3.12 and A3.12.3 that name nothing, a credit
 * enhancement document without an obligor. References come in the table's order, so what is kept of an identifier does not
 * grow with the rows that share it.
 */
import { hash } from 'node:crypto';
import type { RuleSet } from '../agreements/table-a3/rules.ts';
import type { TableFinding } from './published.ts';
import type { KeyReference, NamingReference, Reference } from './references.ts';
import { compareFindings, type FindingRow, Tally, tableFinding } from './table-finding.ts';

export class IdentifierGroups {
  readonly #groups = new Map<string, Group>();
  /** Namespaces are few: each parsed line would bring its own copy. */
  readonly #namespaces = new Map<string, string>();

  add(reference: Reference): void {
    const [kind, identifier, name, lex_id] = reference;
    const namespace = this.#shared(name);
    const group = this.#groups.get(identifier) ?? new Group();
    this.#groups.set(identifier, group);
    if (kind === 'key') group.addKey({ namespace, lex_id, 'A3.3': identifier }, reference);
    else group.addNaming({ namespace, lex_id, 'A3.3': reference[4] }, reference);
  }

  /** Ascending by rule, then value. */
  findings(rules: RuleSet): readonly TableFinding[] {
    const found = [...this.#groups].flatMap(([identifier, group]) => group.findings(identifier, rules));
    return found.sort(compareFindings);
  }

  #shared(name: string): string {
    const known = this.#namespaces.get(name);
    if (known === undefined) this.#namespaces.set(name, name);
    return known ?? name;
  }
}

class Group {
  #keys: Tally | null = null;
  /** Of the keys, those without an obligor. */
  #bare: Tally | null = null;
  /** Rows that name it in A3.12, and in A3.12.3. */
  #first: Tally | null = null;
  #second: Tally | null = null;
  #documents = 0;
  #namespace = '';
  #lexId = '';
  /** What the document that is being read says so far, and what the first one said. */
  #says = '';
  #firstSays = '';
  #differs = false;

  addKey(row: FindingRow, [, , , , digest, hasObligor]: KeyReference): void {
    this.#keys = added(this.#keys, row);
    if (!hasObligor) this.#bare = added(this.#bare, row);
    if (this.#documents > 0 && row.lex_id === this.#lexId && row.namespace === this.#namespace) {
      // The rows of a document have one order, so equal documents chain to equal digests.
      this.#says = hash('sha256', this.#says + digest, 'hex').slice(0, 32);
      return;
    }
    this.#endDocument();
    this.#documents += 1;
    this.#namespace = row.namespace;
    this.#lexId = row.lex_id;
    this.#says = digest;
  }

  addNaming(row: FindingRow, [field]: NamingReference): void {
    if (field === 'A3.12') this.#first = added(this.#first, row);
    else this.#second = added(this.#second, row);
  }

  findings(identifier: string, rules: RuleSet): readonly TableFinding[] {
    const [first, second] = [this.#first, this.#second];
    if (this.#keys === null) {
      return [
        ...(first === null ? [] : [tableFinding('TABLE-A3.12-dangling', rules, identifier, first)]),
        ...(second === null ? [] : [tableFinding('TABLE-A3.12.3-dangling', rules, identifier, second)]),
      ];
    }
    this.#endDocument();
    const found: TableFinding[] = [];
    if (this.#differs) {
      const words = { documents: this.#documents };
      found.push(tableFinding('TABLE-A3.3-duplicate', rules, identifier, this.#keys, words));
    }
    if (this.#bare !== null && (first !== null || second !== null)) {
      found.push(tableFinding('TABLE-A3.6.1-absent', rules, identifier, this.#bare));
    }
    return found;
  }

  /** Several rows of one document may share an identifier; two documents only when they say the same. */
  #endDocument(): void {
    if (this.#documents === 0) return;
    if (this.#documents === 1) this.#firstSays = this.#says;
    else if (this.#says !== this.#firstSays) this.#differs = true;
  }
}

function added(tally: Tally | null, row: FindingRow): Tally {
  const own = tally ?? new Tally();
  own.add(row);
  return own;
}
