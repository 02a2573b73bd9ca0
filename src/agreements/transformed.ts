import type { Use } from './look-up-items.ts';
import type { A3Field, A3Values } from './table-a3/fields.ts';

export type Severity = 'error' | 'warning';

/** What a rule found in a document. `value` is masked where the field holds contact details. */
export interface Finding {
  /** The A-3 field, or `null` for a rule about the document as a whole. */
  readonly field: A3Field | null;
  /** Stable rule id, for example `A3.5-unreadable`. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly value: string | null;
  /** The record's A3.3 as the document gives it; `null` for the document as a whole. */
  readonly agreement_id: string | null;
}

/** One A-3 record of a document. */
export interface TransformedRow {
  readonly values: A3Values;
  /** The whole name where A3.4 was cut, else `null`. */
  readonly full_name: string | null;
  /** The look-up rows that this record rests on, ascending by table, then key; each once. */
  readonly uses: readonly Use[];
}

/** The result of a document's mapping and all document rules. A document with an error publishes none of its rows. */
export interface TransformedDocument {
  readonly valid: boolean;
  /** Ascending by A3.2, A3.3, A3.6 (bytes). Empty when invalid. */
  readonly rows: readonly TransformedRow[];
  readonly findings: readonly Finding[];
  /** Of all records together, ascending by table, then key; each once. */
  readonly uses: readonly Use[];
  /**
   * Entities that were looked for and are unknown or pending: key and the text as the document has it (where an alias led
   * to the key: the identifier that the alias names), up to `MAX_ASKED_TEXT`; each key once.
   */
  readonly unknown_entities: readonly { readonly entity_key: string; readonly text: string }[];
}
