/** Collects what is wrong with a parameter file, so that a user mends it in one go. */
export type JsonObject = Readonly<Record<string, unknown>>;

export interface Problem {
  /** For example `/network/vpc/subnetIds`. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

export class ParameterError extends Error {
  override readonly name = 'ParameterError';
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[], source: string) {
    const lines = problems.map(({ path, found, expected }) => `  ${path || '/'}: found ${found}, expected ${expected}`);
    super(`${source} cannot be used:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

/** One object of the file. Fields that nobody has asked for are problems: a misspelled one must not be overlooked. */
export class Checker {
  readonly #value: JsonObject;
  readonly #path: string;
  readonly #problems: Problem[];
  readonly #asked = new Set<string>();
  readonly #parts: Checker[] = [];

  constructor(value: unknown, path = '', problems: Problem[] = []) {
    this.#path = path;
    this.#problems = problems;
    this.#value = isObject(value) ? value : {};
    if (!isObject(value)) this.#problems.push({ path, found: show(value), expected: 'an object' });
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  report(field: string, expected: string): void {
    const path = field === '' ? this.#path : `${this.#path}/${field}`;
    this.#problems.push({ path, found: show(field === '' ? this.#value : this.#value[field]), expected });
  }

  has(field: string): boolean {
    this.#asked.add(field);
    return this.#value[field] !== undefined;
  }

  raw(field: string): unknown {
    this.#asked.add(field);
    return this.#value[field];
  }

  /** Without a `fallback` the field must be there. `null` is no way to leave a field out. */
  text(field: string, pattern: RegExp, expected: string, fallback?: string): string {
    const value = this.#given(field, fallback);
    if (typeof value === 'string' && pattern.test(value)) return value;
    this.report(field, expected);
    return fallback ?? '';
  }

  optionalText(field: string, pattern: RegExp, expected: string): string | null {
    return this.has(field) ? this.text(field, pattern, expected) : null;
  }

  integer(field: string, low: number, high: number, fallback: number): number {
    const value = this.#given(field, fallback);
    if (Number.isInteger(value) && (value as number) >= low && (value as number) <= high) return value as number;
    this.report(field, `an integer from ${low} to ${high.toLocaleString('en-US')}`);
    return fallback;
  }

  flag(field: string, fallback: boolean): boolean {
    const value = this.#given(field, fallback);
    if (typeof value === 'boolean') return value;
    this.report(field, 'true or false');
    return fallback;
  }

  texts(field: string, pattern: RegExp, expected: string, atLeast: number): readonly string[] {
    const value = this.raw(field);
    const isList = Array.isArray(value) && value.length >= atLeast && new Set(value).size === value.length;
    if (isList && value.every((one) => typeof one === 'string' && pattern.test(one))) return value as string[];
    this.report(field, `a list of ${atLeast} or more different ${expected}`);
    return [];
  }

  /** An object of texts, empty where it is not given. */
  namedTexts(field: string): Readonly<Record<string, string>> {
    const value = this.#given(field, {});
    if (isObject(value) && Object.values(value).every((one) => typeof one === 'string')) {
      return value as Readonly<Record<string, string>>;
    }
    this.report(field, 'an object of texts');
    return {};
  }

  /** An object inside this one. Without a `fallback` it must be there. */
  part(field: string, fallback?: JsonObject): Checker {
    const part = new Checker(this.#given(field, fallback), `${this.#path}/${field}`, this.#problems);
    this.#parts.push(part);
    return part;
  }

  optionalPart(field: string): Checker | null {
    return this.has(field) ? this.part(field) : null;
  }

  #given(field: string, fallback: unknown): unknown {
    const value = this.raw(field);
    return value === undefined ? fallback : value;
  }

  /** To be called when every field has been asked for, once, on the whole. */
  reportUnknown(): void {
    for (const field of Object.keys(this.#value)) {
      if (!this.#asked.has(field)) this.report(field, `no such parameter; known are ${[...this.#asked].join(', ')}`);
    }
    for (const part of this.#parts) part.reportUnknown();
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
