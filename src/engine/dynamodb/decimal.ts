/** DynamoDB's numbers: exact decimals of at most 38 significant digits. */

/** value = coefficient × 10^exponent; zero has exponent 0, else the coefficient does not end in 0. */
interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

const MAX_DIGITS = 38;
/** Magnitudes reach from 1E-130 to 9.9…E+125. */
const MIN_EXPONENT = -130;
const MAX_EXPONENT = 125;
const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** The canonical text of a number, or null when DynamoDB would refuse it. */
export function normaliseNumber(text: string): string | null {
  const decimal = parse(text);
  return decimal === null ? null : format(decimal);
}

/** @returns null when the sum needs more digits than DynamoDB keeps */
export function addNumbers(a: string, b: string, sign: 1 | -1): string | null {
  const [x, y] = [parse(a)!, parse(b)!];
  const exponent = Math.min(x.exponent, y.exponent);
  const sum = scaled(x, exponent) + BigInt(sign) * scaled(y, exponent);
  const result = bounded(sum, exponent);
  return result === null ? null : format(result);
}

/** Below 0, 0 or above 0. Both are numbers that {@link normaliseNumber} accepts. */
export function compareNumbers(a: string, b: string): number {
  const [x, y] = [parse(a)!, parse(b)!];
  const exponent = Math.min(x.exponent, y.exponent);
  const difference = scaled(x, exponent) - scaled(y, exponent);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function scaled({ coefficient, exponent }: Decimal, to: number): bigint {
  return coefficient * 10n ** BigInt(exponent - to);
}

function parse(text: string): Decimal | null {
  const match = PATTERN.exec(text);
  if (match === null || text.length > 200) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const coefficient = BigInt(`${whole}${fraction}`);
  return bounded(sign === '-' ? -coefficient : coefficient, Number(exponent) - fraction.length);
}

function bounded(coefficient: bigint, exponent: number): Decimal | null {
  if (coefficient === 0n) return { coefficient: 0n, exponent: 0 };
  const digits = coefficient.toString().replace('-', '').replace(/0+$/, '');
  const dropped = coefficient.toString().replace('-', '').length - digits.length;
  const result = { coefficient: coefficient / 10n ** BigInt(dropped), exponent: exponent + dropped };
  const magnitude = result.exponent + digits.length - 1;
  return digits.length > MAX_DIGITS || magnitude < MIN_EXPONENT || magnitude > MAX_EXPONENT ? null : result;
}

function format({ coefficient, exponent }: Decimal): string {
  const sign = coefficient < 0n ? '-' : '';
  const digits = coefficient.toString().replace('-', '');
  if (exponent >= 0) return `${sign}${digits}${'0'.repeat(exponent)}`;
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}
