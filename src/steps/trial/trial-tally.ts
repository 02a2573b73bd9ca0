/** What a trial of a mapping has found so far, in the memory of some counts and its examples. */
import { compareBytes } from '../../agreements/byte-order.ts';
import { type A3RowField, ROW_FIELDS } from '../../agreements/table-a3/fields.ts';
import { shownValue } from '../../agreements/table-a3/findings.ts';
import { mergeDocument } from '../../publish/merge-document.ts';
import type { ChangeLine } from '../../publish/published.ts';
import type { RejectedLine, ValidLine } from '../../publish/slice-output.ts';

/** Rows that an example shows. */
const MAX_ROWS = 5;

export interface MappingTrial {
  readonly namespace: string;
  /** Versions; `before` is `null` for a new namespace. */
  readonly mapping: { readonly before: string | null; readonly after: string };
  /** Readable ones, which are the sum of the outcomes. */
  readonly documents: number;
  readonly unreadable: number;
  readonly outcomes: TrialOutcomes;
  /** Of valid documents. */
  readonly rows: { readonly before: number; readonly after: number };
  /** In field order: documents of which a row differs in the field, rows that come or go aside. */
  readonly fields: readonly { readonly field: A3RowField; readonly documents: number }[];
  /** Ascending by rule: documents that it rejects. */
  readonly rules: readonly { readonly rule: string; readonly before: number; readonly after: number }[];
  /** The first documents that differ. */
  readonly examples: readonly TrialExample[];
}

export interface TrialOutcomes {
  /** Valid, with the same rows. */
  readonly same: number;
  /** Valid, with other rows. */
  readonly differing: number;
  readonly become_valid: number;
  readonly become_rejected: number;
  readonly rejected_still: number;
}

export interface TrialExample {
  readonly lex_id: string;
  readonly outcome: Exclude<keyof TrialOutcomes, 'same' | 'rejected_still'>;
  /** The first ones. Contact details are masked. */
  readonly rows: readonly Pick<ChangeLine, 'change' | 'A3.3' | 'A3.6' | 'fields'>[];
  /** Rules that would reject it. */
  readonly rules: readonly string[];
}

type Line = ValidLine | RejectedLine;

export class TrialTally {
  readonly #namespace: string;
  readonly #sample: number;
  readonly #outcomes: { -readonly [Outcome in keyof TrialOutcomes]: number } = {
    same: 0,
    differing: 0,
    become_valid: 0,
    become_rejected: 0,
    rejected_still: 0,
  };
  readonly #rows = { before: 0, after: 0 };
  readonly #fields = new Map<A3RowField, number>();
  readonly #rules = new Map<string, { before: number; after: number }>();
  readonly #examples: TrialExample[] = [];
  #documents = 0;
  #unreadable = 0;

  constructor(namespace: string, sample: number) {
    this.#namespace = namespace;
    this.#sample = sample;
  }

  addUnreadable(count: number): void {
    this.#unreadable += count;
  }

  /** @param before `null`: nothing is in force */
  add(before: Line | null, after: Line): void {
    this.#documents += 1;
    this.#count('before', before);
    this.#count('after', after);
    const changes = this.#changes(before, after);
    const outcome = outcomeOf(before, after, changes.length > 0);
    this.#outcomes[outcome] += 1;
    if (outcome === 'differing') this.#countFields(changes);
    if (outcome === 'same' || outcome === 'rejected_still' || this.#examples.length >= this.#sample) return;
    const rows = changes.slice(0, MAX_ROWS).map(({ change, 'A3.3': id, 'A3.6': counterparty, fields }) => {
      return { change, 'A3.3': id, 'A3.6': counterparty, fields: masked(fields) };
    });
    this.#examples.push({ lex_id: after.lex_id, outcome, rows, rules: rulesOf(after) });
  }

  trial(mapping: MappingTrial['mapping']): MappingTrial {
    const rules = [...this.#rules].sort(([a], [b]) => compareBytes(a, b));
    return {
      namespace: this.#namespace,
      mapping,
      documents: this.#documents,
      unreadable: this.#unreadable,
      outcomes: this.#outcomes,
      rows: this.#rows,
      fields: ROW_FIELDS.flatMap((field) => {
        const documents = this.#fields.get(field);
        return documents === undefined ? [] : [{ field, documents }];
      }),
      rules: rules.map(([rule, counts]) => ({ rule, ...counts })),
      examples: this.#examples,
    };
  }

  /** As the change log of a run would tell them. */
  #changes(before: Line | null, after: Line): readonly ChangeLine[] {
    const context = { business_date: '', run: '' };
    const nothing = { namespace: this.#namespace, rows: [], rejected: null };
    const standing = before?.op === 'valid' ? mergeDocument(nothing, before, context).rows : [];
    const result = after.op === 'valid' ? after : ({ op: 'removed', lex_id: after.lex_id } as const);
    return mergeDocument({ ...nothing, rows: standing }, result, context).changes;
  }

  #count(side: 'before' | 'after', line: Line | null): void {
    if (line?.op === 'valid') this.#rows[side] += line.rows.length;
    if (line?.op !== 'rejected') return;
    for (const rule of rulesOf(line)) {
      const counts = this.#rules.get(rule) ?? { before: 0, after: 0 };
      counts[side] += 1;
      this.#rules.set(rule, counts);
    }
  }

  #countFields(changes: readonly ChangeLine[]): void {
    const fields = new Set(changes.flatMap((change) => Object.keys(change.fields) as A3RowField[]));
    for (const field of fields) this.#fields.set(field, (this.#fields.get(field) ?? 0) + 1);
  }
}

function outcomeOf(before: Line | null, after: Line, differs: boolean): keyof TrialOutcomes {
  if (after.op === 'rejected') return before?.op === 'valid' ? 'become_rejected' : 'rejected_still';
  if (before?.op !== 'valid') return 'become_valid';
  return differs ? 'differing' : 'same';
}

/** Each once, ascending. */
function rulesOf(line: Line): readonly string[] {
  const errors = line.op === 'rejected' ? line.findings.filter(({ severity }) => severity === 'error') : [];
  return [...new Set(errors.map(({ rule }) => rule))].sort(compareBytes);
}

function masked(fields: ChangeLine['fields']): ChangeLine['fields'] {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { from, to }]) => {
      const field = name as A3RowField;
      return [field, { from: shownValue(field, from), to: shownValue(field, to) }];
    }),
  );
}
