import type { Finding, Severity } from '../transformed.ts';
import { DOCUMENT_RULES, type DocumentRuleId } from './document-rules.ts';
import type { A3Field } from './fields.ts';
import { RECORD_RULES, type RecordRuleId } from './record-rules.ts';
import type { RuleSet } from './rules.ts';
import { codePointLength, excerpt, isLongerThan } from './text.ts';

/** Of a document whose every record is wrong, this many findings are kept; one more says that there are others. */
export const MAX_FINDINGS = 1_000;
/** The one more. */
export const MORE_FINDINGS = 'LEX-more-findings' satisfies DocumentRuleId;
/** A finding shows at most this many code points of a value. */
const MAX_VALUE_LENGTH = 200;
const CONTACT_FIELDS: ReadonlySet<A3Field | null> = new Set<A3Field>(['A3.13', 'A3.14', 'A3.15', 'A3.16']);

const messages = new Map<string, string>([...DOCUMENT_RULES, ...RECORD_RULES].map(({ id, message }) => [id, message]));
const fields = new Map(RECORD_RULES.map(({ id, field }) => [id, field]));

/** Collects what the rules find in one document. The same finding twice (in two records of one agreement) counts once. */
export class Findings {
  readonly #rules: RuleSet;
  readonly #found = new Map<string, Finding>();
  #hasError = false;
  #isFull = false;

  constructor(rules: RuleSet) {
    this.#rules = rules;
  }

  get hasError(): boolean {
    return this.#hasError;
  }

  /** About a record; `agreementId` is its A3.3 as the document gives it. */
  add(rule: RecordRuleId, agreementId: string | null, value: string | null): void {
    const field = fields.get(rule) ?? null;
    this.#put({
      field,
      rule,
      severity: this.#severityOf(rule),
      message: messages.get(rule)!,
      value: shownValue(field, value),
      agreement_id: agreementId === null ? null : excerpt(agreementId, MAX_VALUE_LENGTH),
    });
  }

  /** About the document as a whole; `detail` takes the place of the rule's message. */
  addDocument(rule: DocumentRuleId, detail?: string, field: A3Field | null = null, value: string | null = null): void {
    const message = detail ?? messages.get(rule)!;
    this.#put({ field, rule, severity: this.#severityOf(rule), message, value, agreement_id: null });
  }

  list(): readonly Finding[] {
    return [...this.#found.values()];
  }

  #severityOf(rule: string): Severity {
    return this.#rules[rule] ?? 'error';
  }

  #put(finding: Finding): void {
    if (finding.severity === 'error') this.#hasError = true;
    if (this.#isFull) return;
    const key = JSON.stringify([finding.rule, finding.agreement_id, finding.value, finding.message]);
    if (this.#found.has(key)) return;
    if (this.#found.size >= MAX_FINDINGS) {
      this.#isFull = true;
      // Says nothing of validity: an error among those left out has been noted above.
      const message = messages.get(MORE_FINDINGS)!;
      const about = { field: null, value: null, agreement_id: null } as const;
      this.#found.set('more', { ...about, rule: MORE_FINDINGS, severity: 'warning', message });
      return;
    }
    this.#found.set(key, finding);
  }
}

/** A value of a field as findings and reports show it: masked where it holds contact details, and not too long. */
export function shownValue(field: A3Field | null, value: string | null): string | null {
  if (value === null) return null;
  return CONTACT_FIELDS.has(field) ? mask(value) : excerpt(value, MAX_VALUE_LENGTH);
}

/** Contact details go to the table, never into findings, logs or reports. */
function mask(value: string): string {
  return isLongerThan(value, 1_000) ? '*** (over 1,000 characters)' : `*** (${codePointLength(value)} characters)`;
}
