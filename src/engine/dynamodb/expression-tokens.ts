/** Words and signs of condition and update expressions, and the cursor that the parsers walk with. */
import { PermanentError } from '../../errors.ts';
import { RESERVED_WORDS } from './reserved-words.ts';

export type ExpressionKind = 'ConditionExpression' | 'UpdateExpression';

interface Token {
  readonly text: string;
  /** `name`: `#n` or a plain word; `value`: `:v`; `sign`: an operator or bracket; `end`: behind the last one. */
  readonly kind: 'word' | 'name' | 'value' | 'sign' | 'end';
  /** Where it begins, counted from 1. */
  readonly position: number;
}

/** An attribute: its name, or the `#n` that stands for it. */
export type AttributeName = string;

const TOKEN = /\s*(?:(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|([A-Za-z][A-Za-z0-9_]*)|(<>|<=|>=|[=<>(),+-]))/y;

/** Names, values and words of one expression, read from left to right. */
export class ExpressionTokens {
  readonly names = new Set<string>();
  readonly values = new Set<string>();
  readonly #kind: ExpressionKind;
  readonly #tokens: readonly Token[];
  #at = 0;

  /** @throws PermanentError `EXPRESSION_INVALID` at a character that begins nothing */
  constructor(kind: ExpressionKind, text: string) {
    this.#kind = kind;
    this.#tokens = this.#split(text);
  }

  /** Whether the next token is this word (any case) or sign; it is not taken. */
  isNext(text: string): boolean {
    const token = this.#next();
    if (token.kind === 'sign') return token.text === text;
    return token.kind === 'word' && token.text.toUpperCase() === text.toUpperCase();
  }

  /** Takes the next token if it is this word or sign. */
  take(text: string): boolean {
    if (!this.isNext(text)) return false;
    this.#at += 1;
    return true;
  }

  takeOneOf<T extends string>(texts: readonly T[]): T | null {
    return texts.find((text) => this.take(text)) ?? null;
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.problem(`\`${text}\` is expected`);
  }

  /** Takes `:v`, or gives null. */
  value(): string | null {
    const token = this.#next();
    if (token.kind !== 'value') return null;
    this.#at += 1;
    this.values.add(token.text);
    return token.text;
  }

  /** Takes an attribute's name: `#n` or a plain word that is not reserved. */
  attribute(): AttributeName {
    const token = this.#next();
    if (token.kind !== 'name' && token.kind !== 'word') throw this.problem('An attribute name is expected');
    if (this.#tokens[this.#at + 1]!.text === '(') {
      throw this.problem(`The function \`${token.text}\` is not in the declared part, or not here`);
    }
    if (token.kind === 'word' && RESERVED_WORDS.has(token.text.toUpperCase())) {
      throw this.problem(`\`${token.text}\` is a reserved word, so write it as \`#name\``);
    }
    this.#at += 1;
    if (token.kind === 'name') this.names.add(token.text);
    return token.text;
  }

  expectEnd(): void {
    if (this.#next().kind !== 'end') throw this.problem('This is not in the declared part of the language');
  }

  isAtEnd(): boolean {
    return this.#next().kind === 'end';
  }

  problem(what: string): PermanentError {
    const { text, kind, position } = this.#next();
    const found = kind === 'end' ? 'at the end' : `at character ${position}, \`${text}\``;
    return new PermanentError('EXPRESSION_INVALID', `${this.#kind}: ${what}, ${found}.`, { position });
  }

  #next(): Token {
    return this.#tokens[this.#at]!;
  }

  #split(text: string): readonly Token[] {
    const tokens: Token[] = [];
    let from = 0;
    const end = text.trimEnd().length;
    while (from < end) {
      TOKEN.lastIndex = from;
      const match = TOKEN.exec(text);
      if (match === null) {
        const position = from + 1 + text.slice(from).search(/\S/);
        throw new PermanentError(
          'EXPRESSION_INVALID',
          `${this.#kind}: \`${text[position - 1]}\` at character ${position} is not in the declared part of the language.`,
          { position },
        );
      }
      const [whole, name, value, word] = match;
      const kind = name !== undefined ? 'name' : value !== undefined ? 'value' : word !== undefined ? 'word' : 'sign';
      const content = whole.trimStart();
      tokens.push({ text: content, kind, position: from + whole.length - content.length + 1 });
      from += whole.length;
    }
    return [...tokens, { text: '', kind: 'end', position: end + 1 }];
  }
}
