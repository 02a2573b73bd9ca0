/**
 * Evaluates one JSONata expression a line (a JSON text) for the oracle, with the functions that Step Functions adds as
 * its documentation describes them. Written apart from the engine's own, which it is to be compared with.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import jsonata from 'jsonata';

const ALGORITHMS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

function partition(items: readonly unknown[], size: number): unknown[] {
  const whole = Math.floor(size);
  if (!(whole > 0)) throw new Error('$partition: the size must be positive');
  const parts: unknown[] = [];
  for (let i = 0; i < items.length; i += whole) parts.push(items.slice(i, i + whole));
  return parts;
}

function range(first: number, last: number, step: number): number[] {
  const [from, to, by] = [Math.floor(first), Math.floor(last), Math.floor(step)];
  if (by === 0) throw new Error('$range: the step must not be 0');
  const numbers: number[] = [];
  for (let value = from; by > 0 ? value <= to : value >= to; value += by) numbers.push(value);
  return numbers;
}

function hash(text: string, algorithm: string): string {
  const name = ALGORITHMS[algorithm];
  if (name === undefined) throw new Error('$hash: there is no such algorithm');
  return createHash(name).update(text).digest('hex');
}

/** Without `value` where the expression fails, or gives nothing. */
async function evaluate(text: string): Promise<{ readonly value?: unknown }> {
  try {
    const expression = jsonata(text);
    expression.registerFunction('partition', partition, '<an:a>');
    expression.registerFunction('range', range, '<nnn:a>');
    expression.registerFunction('hash', hash, '<ss:s>');
    expression.registerFunction('uuid', () => randomUUID(), '<:s>');
    expression.registerFunction('parse', (json: string) => JSON.parse(json), '<s:x>');
    return { value: await expression.evaluate(undefined) };
  } catch {
    return {};
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await evaluate(JSON.parse(line) as string))}\n`);
}
