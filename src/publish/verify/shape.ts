/** What JSON of unknown origin must look like. Each check tells every place that is not as it should be. */

/** @param path as a JSON pointer */
export type Report = (path: string, found: string, expected: string) => void;
export type Shape = (value: unknown, path: string, report: Report) => void;

function kind(expected: string, isRight: (value: unknown) => boolean): Shape {
  return (value, path, report) => {
    if (!isRight(value)) report(path || '/', nameOf(value), expected);
  };
}

export const text = kind('a text', (value) => typeof value === 'string');
export const flag = kind('true or false', (value) => typeof value === 'boolean');
export const number = kind('a number', (value) => typeof value === 'number');
export const whole = kind('a whole number', (value) => Number.isSafeInteger(value) && (value as number) >= 0);
export const sha256 = kind('a SHA-256', (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));

export function exactly(expected: string | number): Shape {
  return kind(JSON.stringify(expected), (value) => value === expected);
}

export function oneOf(...expected: readonly string[]): Shape {
  return kind(`one of ${expected.join(', ')}`, (value) => typeof value === 'string' && expected.includes(value));
}

export function nullable(shape: Shape): Shape {
  return (value, path, report) => {
    if (value !== null) shape(value, path, report);
  };
}

export function list(shape: Shape): Shape {
  return (value, path, report) => {
    if (!Array.isArray(value)) return report(path || '/', nameOf(value), 'a list');
    value.forEach((item, i) => {
      shape(item, `${path}/${i}`, report);
    });
  };
}

/** Any keys. */
export function mapOf(shape: Shape): Shape {
  return (value, path, report) => {
    if (!isObject(value)) return report(path || '/', nameOf(value), 'an object');
    for (const [key, item] of Object.entries(value)) shape(item, `${path}/${key}`, report);
  };
}

/** These keys and no others. @param optional may be left out */
export function object(
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  const shapes = new Map(Object.entries({ ...required, ...optional }));
  return (value, path, report) => {
    if (!isObject(value)) return report(path || '/', nameOf(value), 'an object');
    for (const [key, shape] of shapes) {
      if (Object.hasOwn(value, key)) shape(value[key], `${path}/${key}`, report);
      else if (Object.hasOwn(required, key)) report(`${path}/${key}`, 'nothing', 'a value');
    }
    for (const key of Object.keys(value))
      if (!shapes.has(key)) report(path || '/', `the key ${JSON.stringify(key)}`, 'no such key');
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Never the value itself where it may be long, or a document's. */
function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? 'a text' : `${typeof value === 'undefined' ? 'nothing' : 'an object'}`;
}
