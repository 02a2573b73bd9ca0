/** Rules of a line of Lex that is, or has become, no usable document: its raw text is kept, nothing of it is published. */
const line = <const I extends string>(id: I, checks: string, message: string) =>
  ({
    id,
    scope: 'line',
    field: null,
    severity: 'error',
    isFixed: true,
    checks,
    message,
    citation: 'Lex contract',
    basis: 'lex',
  }) as const;

export const LINE_RULES = [
  line('LEX-invalid-utf8', 'The line is valid UTF-8.', 'The line is not valid UTF-8.'),
  line('LEX-unparsable', 'The line is valid JSON.', 'The line is not valid JSON.'),
  line('LEX-not-an-object', 'The line holds a JSON object.', 'The line holds JSON, but no object.'),
  line('LEX-no-id', 'The document has an id that is not empty.', 'The document has no id, or an empty one.'),
  line(
    'LEX-bad-id',
    'The id is a text of at most 1,024 bytes without control characters or half surrogate pairs.',
    'The id of the document is no text, is too long, or holds control characters.',
  ),
  line(
    'LEX-lone-surrogate',
    'Every text of the document is well-formed Unicode.',
    'A text of the document holds half a surrogate pair.',
  ),
  line(
    'LEX-too-deep',
    'The document is nested at most 1,000 levels deep.',
    'The document is nested more than 1,000 levels deep.',
  ),
  line(
    'LEX-number-too-large',
    'Every number of the document fits into a double.',
    'A number of the document is too large for a double.',
  ),
  line(
    'LEX-duplicate-id',
    'Lex lists an id once, or again with the same bytes.',
    'Lex lists the same id twice, with other bytes.',
  ),
  line(
    'LEX-internal',
    'The document can be transformed: lexdelta itself does not fail on it.',
    'lexdelta failed on this document; the others went on.',
  ),
] as const;

export type LineRuleId = (typeof LINE_RULES)[number]['id'];
