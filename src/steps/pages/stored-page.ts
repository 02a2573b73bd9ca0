/** Page objects as they lie in JobDailyDelta: read, checked, changed and voided. */
import { PermanentError } from '../../errors.ts';
import type { ObjectStore } from '../../stores/object-store.ts';
import { type DeltaName, deltaKey } from './delta-keys.ts';
import type { PageHeader, PageLine, PutLine } from './page-object.ts';
import { makeHeader, NO_SUMMARY } from './page-object-writer.ts';

const LINE_FEED = 0x0a;
/** Where a put line's head ends. Earlier values are JSON texts, in which these quotes would be escaped. */
const DOCUMENT = Buffer.from(',"document":');

/** What a line says beside its document or raw text. */
export type LineHead = Omit<PutLine, 'document'> | Exclude<PageLine, PutLine>;

/** The object with the header. Its lines follow those of its parts. */
export interface StoredPage {
  readonly name: DeltaName;
  readonly header: PageHeader;
  /** The lines with their ends. */
  readonly lines: Buffer;
}

export interface PageFolder {
  readonly folder: string;
  readonly namespace: string;
  readonly delta: Pick<ObjectStore, 'get' | 'put'>;
}

/** One object, part or not. @throws PermanentError `STORE_CORRUPT` */
export async function loadObject({ folder, delta }: PageFolder, name: DeltaName): Promise<StoredPage | null> {
  const key = deltaKey(folder, name);
  const body = await delta.get(key);
  if (body === null) return null;
  const end = body.indexOf(LINE_FEED);
  if (end < 0 || body.at(-1) !== LINE_FEED) throw corrupt(key);
  const header = parse(key, body.subarray(0, end)) as Partial<PageHeader> | null;
  if (header?.format !== 1 || typeof header.kind !== 'string') throw corrupt(key);
  return { name, header: header as PageHeader, lines: body.subarray(end + 1) };
}

/**
 * A page or repair with all its parts, or `null`: it is missing, or a read that was begun again has replaced some of its
 * parts and not its header.
 */
export async function loadWhole(place: PageFolder, name: DeltaName): Promise<StoredPage | null> {
  const stored = await loadObject(place, name);
  if (stored === null) return null;
  for (let part = 1; part <= stored.header.parts; part += 1) {
    const found = await loadObject(place, { ...name, part });
    if (found?.header.kind !== 'part' || found.header.read_at !== stored.header.read_at) return null;
  }
  return stored;
}

/** The parts in order, then the header's object. */
export async function* objectsOf(place: PageFolder, stored: StoredPage): AsyncIterable<StoredPage> {
  for (let part = 1; part <= stored.header.parts; part += 1) {
    const found = await loadObject(place, { ...stored.name, part });
    if (found !== null) yield found;
  }
  yield stored;
}

export async function saveObject(
  { folder, delta }: PageFolder,
  { name, header, lines }: StoredPage,
): Promise<StoredPage> {
  await delta.put(deltaKey(folder, name), Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), lines]));
  return { name, header, lines };
}

/** Leaves a header and nothing else, so that nobody transforms what the object held. */
export async function voidObject(place: PageFolder, name: DeltaName, readAt: string): Promise<void> {
  const stored = await loadObject(place, name);
  if (stored === null || stored.header.kind === 'void') return;
  const { namespace } = place;
  const header = makeHeader(NO_SUMMARY, { namespace, page: name.page, parts: name.part, readAt });
  await saveObject(place, { name, header, lines: Buffer.alloc(0) });
}

/** Each line's bytes without its end, and what it says. @throws PermanentError `STORE_CORRUPT` */
export function* linesOf(lines: Buffer, key: string): Iterable<{ readonly bytes: Buffer; readonly head: LineHead }> {
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(LINE_FEED, start);
    const bytes = lines.subarray(start, end);
    yield { bytes, head: headOf(bytes, key) };
    start = end + 1;
  }
}

function headOf(bytes: Buffer, key: string): LineHead {
  const document = bytes.indexOf(DOCUMENT);
  if (document < 0) return parse(key, bytes) as LineHead;
  return parse(key, Buffer.concat([bytes.subarray(0, document), Buffer.from('}')])) as LineHead;
}

function parse(key: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw corrupt(key);
  }
}

function corrupt(key: string): PermanentError {
  return new PermanentError('STORE_CORRUPT', `The page object \`${key}\` cannot be read.`, { key });
}
