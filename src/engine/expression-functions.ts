/** The functions that Step Functions adds to JSONata, and those whose time or chance must come from the engine. */
import { createHash } from 'node:crypto';
import jsonata from 'jsonata';
import type { Clock } from './clock.ts';
import { throughJson } from './json.ts';

/** Uniform in [0, 1). */
export type RandomSource = () => number;

/** What JSONata 2.0.6 brings along, without `$eval`, which Step Functions refuses. */
const BUILT_IN =
  'abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber fromMillis join keys length lookup lowercase map match max merge min millis not now number pad parseInteger power random reduce replace reverse round shuffle sift single sort split spread sqrt string substring substringAfter substringBefore sum toMillis trim type uppercase zip';
const ADDED = 'partition range hash uuid parse';

export const FUNCTION_NAMES: ReadonlySet<string> = new Set(`${BUILT_IN} ${ADDED}`.split(' '));

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};
/** JSONata's own limit for the range operator (its error D2014). */
const MAX_RANGE_ITEMS = 10_000_000;

const formatTime = jsonata('$fromMillis($timeMs, $picture, $timezone)');

/** Bindings for every evaluation. As in JSONata, a function of nothing gives nothing. */
export function expressionFunctions(random: RandomSource, clock: Clock): Readonly<Record<string, unknown>> {
  return {
    millis: () => clock.now(),
    now: (picture?: unknown, timezone?: unknown) =>
      formatTime.evaluate(undefined, { timeMs: clock.now(), picture, timezone }),
    partition,
    range,
    hash,
    parse,
    uuid: () => uuid(random),
    random: (seed?: unknown) => (seed === undefined ? random() : seeded(seed)),
  };
}

function partition(items: unknown, size: unknown): unknown[][] | undefined {
  if (items === undefined) return undefined;
  const length = wholeNumber('partition', size);
  if (length < 1) throw new Error('$partition needs a size of at least 1.');
  const all: unknown[] = Array.isArray(items) ? items : [items]; // A sequence of one has collapsed to its element.
  return Array.from({ length: Math.ceil(all.length / length) }, (_, i) => all.slice(i * length, (i + 1) * length));
}

function range(first: unknown, last: unknown, step: unknown): number[] {
  const [from, to, by] = [wholeNumber('range', first), wholeNumber('range', last), wholeNumber('range', step)];
  if (by === 0) throw new Error('$range needs a step other than 0.');
  const length = Math.max(0, Math.floor((to - from) / by) + 1);
  if (length > MAX_RANGE_ITEMS) throw new Error(`$range makes at most ${MAX_RANGE_ITEMS} items.`);
  return Array.from({ length }, (_, i) => from + i * by);
}

function hash(text: unknown, algorithm: unknown): string | undefined {
  if (text === undefined) return undefined;
  const name = typeof algorithm === 'string' ? HASHES[algorithm] : undefined;
  if (typeof text !== 'string' || name === undefined) {
    throw new Error(`$hash needs a string and one of ${Object.keys(HASHES).join(', ')}.`);
  }
  return createHash(name).update(text).digest('hex');
}

function parse(text: unknown): unknown {
  if (text === undefined) return undefined;
  if (typeof text !== 'string') throw new Error('$parse needs a string.');
  return JSON.parse(text);
}

/** Version 4, RFC 9562. */
function uuid(random: RandomSource): string {
  const bytes = Array.from({ length: 16 }, () => Math.floor(random() * 256));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The same number for the same seed. */
function seeded(seed: unknown): number {
  const digest = createHash('sha256')
    .update(JSON.stringify(throughJson(seed)))
    .digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

function wholeNumber(name: string, value: unknown): number {
  if (typeof value !== 'number') throw new Error(`$${name} needs numbers.`);
  return Math.floor(value);
}
