/** A day's delivery as a folder of files: written, read back, and then put in its place in one moment. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasErrno, PermanentError } from '../../errors.ts';
import type { FlatTable } from '../../publish/data-package.ts';
import { type CheckedFile, checkFlatFile } from '../../publish/delivery/check-flat-file.ts';
import { CHECKSUM_FILE, checksums, PACKAGE_FILE, packageText } from '../../publish/delivery/delivery-files.ts';
import { DEFAULT_FILE_NAME, fileName } from '../../publish/delivery/delivery-names.ts';
import { flatColumns, missingValues } from '../../publish/delivery/flat-columns.ts';
import { type FlatFormat, PLAIN_FORMAT } from '../../publish/delivery/flat-format.ts';
import { FlatLines, flatPieces } from '../../publish/delivery/flat-lines.ts';
import { type FlatSource, flatSource } from '../../publish/delivery/flat-source.ts';
import { type TableReservations, tableReservations } from '../../publish/delivery/table-reservations.ts';
import { type PublishedDay, readLedger } from '../../publish/read-published.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { makeOutputFolder } from '../make-output-folder.ts';
import { writeWholeFile } from '../write-whole-file.ts';
import { DeliveryFaultyError } from './delivery-faulty.ts';

export interface DeliveryOptions {
  readonly tables: readonly FlatTable[];
  /** Pattern of `delivery-files.ts`. */
  readonly fileName: string;
  readonly format: FlatFormat;
  /** Delivers values that are not as their column wants them; a file that cannot be read as its table is never delivered. */
  readonly allowFaults: boolean;
}

export const DEFAULT_DELIVERY: DeliveryOptions = {
  tables: ['A-3', 'CO', 'CP'],
  fileName: DEFAULT_FILE_NAME,
  format: PLAIN_FORMAT,
  allowFaults: false,
};

export interface DeliveryDeps {
  readonly a3: Pick<JobDailyA3Data, 'open'>;
  /** When aborted, what was written is taken away. */
  readonly signal?: AbortSignal;
  /** Called often. */
  readonly onProgress?: (progress: DeliveryProgress) => void;
}

export interface DeliveryProgress {
  readonly table: FlatTable;
  readonly stage: 'write' | 'check';
  readonly bytes: number;
}

export interface DeliveredFile extends CheckedFile {
  readonly table: FlatTable;
  /** Below the folder of the delivery. */
  readonly path: string;
  /** Values that read like the text for a value that there is not. */
  readonly ambiguous: number;
}

export interface Delivery {
  readonly folder: string;
  readonly files: readonly DeliveredFile[];
  /** Of Table A-3; `null` where it is not delivered. */
  readonly reservations: TableReservations | null;
}

/** Small enough for the young generation of V8's heap. */
const BLOCK_BYTES = 64 * 1024;

/**
 * Delivers into `<output>/<date>`, which must not be there. Until everything is written, on the disk and found right, the
 * files lie in a folder beside it whose name begins with a dot; a process that is killed leaves at most that one.
 * @param output absolute path; made when it is not there
 * @throws DeliveryFaultyError; PermanentError `USAGE` (the date is there), `NO_MASTER_TABLES`, `STORE_CORRUPT`,
 * `STORE_FULL`, `STORE_WRITE_FAILED`, `FILE_NOT_WRITABLE`; the signal's reason
 */
export async function writeDelivery(
  day: PublishedDay,
  output: string,
  options: DeliveryOptions,
  deps: DeliveryDeps,
): Promise<Delivery> {
  const { business_date } = day.manifest;
  const sources = options.tables.map((table) => flatSource(deps.a3, day, table));
  const folder = join(output, business_date);
  if ((await stat(folder).catch(() => null)) !== null) throw isThere(folder);
  const isAgreements = options.tables.includes('A-3');
  const reservations = isAgreements ? tableReservations(day.manifest, await readLedger(deps.a3, day)) : null;
  const partial = join(output, `.${business_date}.${randomUUID()}.partial`);
  makeOutputFolder(partial);
  try {
    const files: DeliveredFile[] = [];
    for (const source of sources) files.push(await writeFile(source, day, partial, options, deps));
    refuseFaults(files, options);
    await describe({ files, reservations }, day, partial, options);
    deps.signal?.throwIfAborted();
    await putInPlace(partial, folder);
    return { folder, files, reservations };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function writeFile(
  source: FlatSource,
  { manifest: { business_date, attempt } }: PublishedDay,
  folder: string,
  { format, fileName: pattern }: DeliveryOptions,
  deps: DeliveryDeps,
): Promise<DeliveredFile> {
  const { table, rows } = source;
  const path = fileName(pattern, { table, date: business_date, attempt });
  const file = join(folder, path);
  const lines = new FlatLines(table, business_date, format);
  const digest = createHash('sha256');
  async function* pieces(): AsyncIterable<Buffer> {
    for await (const piece of flatPieces(lines, source.batches)) {
      const bytes = Buffer.from(piece);
      digest.update(bytes);
      yield bytes;
    }
  }
  await writeWholeFile(file, watched(pieces(), { table, stage: 'write' }, deps));
  const blocks = createReadStream(file, { highWaterMark: BLOCK_BYTES }) as AsyncIterable<Buffer>;
  const expected = { table, business_date, format, rows };
  const checked = await checkFlatFile(watched(blocks, { table, stage: 'check' }, deps), expected);
  if (checked.sha256 !== digest.digest('hex')) {
    throw new PermanentError('STORE_WRITE_FAILED', `${file} reads back with other bytes than were written.`);
  }
  return { ...checked, table, path, ambiguous: lines.ambiguous };
}

async function* watched<T extends Uint8Array>(
  blocks: AsyncIterable<T>,
  about: Pick<DeliveryProgress, 'table' | 'stage'>,
  { signal, onProgress }: DeliveryDeps,
): AsyncIterable<T> {
  let bytes = 0;
  for await (const block of blocks) {
    signal?.throwIfAborted();
    yield block;
    bytes += block.length;
    onProgress?.({ ...about, bytes });
  }
  signal?.throwIfAborted();
}

function refuseFaults(files: readonly DeliveredFile[], { allowFaults }: DeliveryOptions): void {
  const isRefused = files.some(({ faultCounts }) => faultCounts.file > 0 || (faultCounts.value > 0 && !allowFaults));
  if (isRefused) throw new DeliveryFaultyError(files);
}

/** The data package, and the checksums of everything, written last. */
async function describe(
  { files, reservations }: Pick<Delivery, 'files' | 'reservations'>,
  { manifest }: PublishedDay,
  folder: string,
  { format }: DeliveryOptions,
): Promise<void> {
  const { header, lineEnd } = format;
  const resources = files.map(({ table, path, bytes, sha256, rows }) => {
    return {
      table,
      path,
      bytes,
      sha256,
      rows,
      header,
      lineEnd,
      missingValues: missingValues(flatColumns(table, format)),
    };
  });
  const text = packageText(manifest, resources, reservations);
  await writeWholeFile(join(folder, PACKAGE_FILE), once(text));
  const all = [...files, { path: PACKAGE_FILE, sha256: createHash('sha256').update(text).digest('hex') }];
  await writeWholeFile(join(folder, CHECKSUM_FILE), once(checksums(all)));
}

async function putInPlace(partial: string, folder: string): Promise<void> {
  await syncFolder(partial);
  try {
    await rename(partial, folder);
  } catch (error) {
    // Another delivery was faster.
    if (hasErrno(error, 'ENOTEMPTY') || hasErrno(error, 'EEXIST') || hasErrno(error, 'ENOTDIR')) throw isThere(folder);
    throw error;
  }
  await syncFolder(dirname(folder));
}

/** So that a name in it survives a power cut. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isThere(folder: string): PermanentError {
  return new PermanentError('USAGE', `${folder} is there already. Move it away, or name another --output.`);
}

async function* once(text: string): AsyncIterable<string> {
  yield text;
}
