/** Rules of a line of Lex that is, or has become, no usable document: its raw text is kept, nothing of it is published. */
const line = <const I extends string>(id: I, message: string) =>
  ({ id, field: null, severity: 'error', isFixed: true, message, citation: 'Lex contract' }) as const;

export const LINE_RULES = [
  line('LEX-invalid-utf8', 'The line is not valid UTF-8.'),
  line('LEX-unparsable', 'The line is not valid JSON.'),
  line('LEX-not-an-object', 'The line holds JSON, but no object.'),
  line('LEX-no-id', 'The id is missing or empty.'),
  line('LEX-bad-id', 'The id is no text, too long, or holds control characters.'),
  line('LEX-lone-surrogate', 'A text of the document holds half a surrogate pair.'),
  line('LEX-too-deep', 'The document is nested more than 1,000 levels deep.'),
  line('LEX-number-too-large', 'A number of the document is too large for a double.'),
  line('LEX-duplicate-id', 'Lex lists the same id twice, with other bytes.'),
  line('LEX-internal', 'lexdelta failed on this document; the others went on.'),
] as const;

export type LineRuleId = (typeof LINE_RULES)[number]['id'];
