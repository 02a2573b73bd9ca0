/** Findings on A3.2: records entities that are not identified by an LEI. */
import { isLei } from '../agreements/table-a3/lei.ts';
import type { RuleSet } from '../agreements/table-a3/rules.ts';
import type { NamedEntity } from './named-entities.ts';
import type { TableFinding } from './published.ts';
import { compareFindings, Tally, tableFinding } from './table-finding.ts';

/** Lines come in the table's order. Holds the records entities that have no LEI: a bank has few. */
export class RecordsEntityCheck {
  readonly #others = new Map<string, Tally>();

  add([field, identifier, count, first]: NamedEntity): void {
    if (field !== 'A3.2' || isLei(identifier)) return;
    const tally = this.#others.get(identifier) ?? new Tally();
    this.#others.set(identifier, tally);
    const rows = first.map(([namespace, lex_id, own]) => ({ namespace, lex_id, 'A3.3': own }));
    tally.addMany(count, rows);
  }

  /** Ascending by value. */
  findings(rules: RuleSet): readonly TableFinding[] {
    const found = [...this.#others].map(([id, tally]) => tableFinding('TABLE-A3.2-not-lei', rules, id, tally));
    return found.sort(compareFindings);
  }
}
