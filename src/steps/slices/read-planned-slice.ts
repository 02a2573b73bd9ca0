/** Reads the lines of a planned slice: its page objects, as they were when they were planned. */
import { PermanentError } from '../../errors.ts';
import type { ObjectStore } from '../../stores/object-store.ts';
import type { PageHeader, PageLine } from '../pages/page-object.ts';
import type { PlannedSlice } from './delta-plan.ts';

/** Objects that are read at once. */
const PARALLEL_READS = 8;
/** Before the document of a put line. Earlier values are JSON texts, in which these quotes would be escaped. */
const DOCUMENT = ',"document":';
const OPERATIONS: readonly string[] = [
  'put',
  'touch',
  'candidate',
  'unreadable',
  'remove',
  'held',
] satisfies PageLine['op'][];

export interface ReadLine {
  readonly line: PageLine;
  /** The raw JSON of a put line's document, as it was received; `''` for other lines. */
  readonly raw: string;
}

/**
 * Void objects, and those with nothing but a header, give no lines.
 * @throws PermanentError `DELTA_CHANGED`: an object is no longer the one that was planned
 * @throws PermanentError `STORE_CORRUPT` naming the key and the line
 */
export async function readPlannedSlice(
  slice: PlannedSlice,
  delta: Pick<ObjectStore, 'get'>,
): Promise<readonly ReadLine[]> {
  const lines: ReadLine[] = [];
  for (let i = 0; i < slice.objects.length; i += PARALLEL_READS) {
    const some = slice.objects.slice(i, i + PARALLEL_READS);
    const bodies = await Promise.all(some.map(({ key, etag }) => delta.get(key, { ifMatch: etag })));
    for (const [j, body] of bodies.entries()) {
      const key = some[j]?.key ?? '';
      for (const line of readObject(key, slice.namespace, body)) lines.push(line);
    }
  }
  return lines;
}

function readObject(key: string, namespace: string, body: Buffer | null): readonly ReadLine[] {
  if (body === null) throw new PermanentError('DELTA_CHANGED', `The object \`${key}\` is gone.`, { key });
  const texts = body.toString('utf8').split('\n');
  if (texts.pop() !== '') throw corrupt(key, texts.length + 1, 'has no end');
  const header = parse(key, 1, texts[0] ?? '') as Partial<PageHeader> | null;
  if (header?.format !== 1 || typeof header.kind !== 'string' || header.namespace !== namespace) {
    throw corrupt(key, 1, `is not the header of a page of \`${namespace}\``);
  }
  if (header.kind === 'void') return [];
  return texts.slice(1).map((text, i) => readLine(key, i + 2, text));
}

function readLine(key: string, number: number, text: string): ReadLine {
  const line = parse(key, number, text) as PageLine | null;
  if (line === null || !OPERATIONS.includes(line.op)) throw corrupt(key, number, 'is no line of a page');
  if (line.op !== 'put') return { line, raw: '' };
  const start = text.indexOf(DOCUMENT);
  if (start === -1 || typeof line.lex_id !== 'string') throw corrupt(key, number, 'is a put line without a document');
  return { line, raw: text.slice(start + DOCUMENT.length, -1) };
}

function parse(key: string, number: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw corrupt(key, number, 'cannot be parsed');
  }
}

function corrupt(key: string, line: number, fault: string): PermanentError {
  return new PermanentError('STORE_CORRUPT', `Line ${line} of \`${key}\` ${fault}.`, { key, line });
}
