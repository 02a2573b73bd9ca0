/**
 * Imports of look-up files into a data folder. Everything is read and checked before anything is written; a second
 * import of the same files changes nothing. No run is stopped for it: a run sees each item as it is when it looks it up.
 */
import { createReadStream } from 'node:fs';
import { readAliases } from '../agreements/imports/aliases.ts';
import { readLaws } from '../agreements/imports/laws.ts';
import { type MasterRow, readMasterTable } from '../agreements/imports/master-table.ts';
import {
  type FileCounts,
  type ImportFile,
  type ImportPlan,
  planEntityImport,
  planLawImport,
} from '../agreements/imports/plan-import.ts';
import type { AliasItem } from '../agreements/look-up-items.ts';
import { messageOf, PermanentError } from '../errors.ts';
import type { EntityTable, GoverningLawTable } from '../stores/look-ups.ts';
import { ImportRefusedError, type RefusedLine } from './import-refused.ts';

/** Paths; at least one of them. */
export interface EntityFiles {
  readonly co?: string | undefined;
  readonly cp?: string | undefined;
  readonly aliases?: string | undefined;
}

export interface ImportOptions {
  /** Leaves refused lines out instead of refusing the files. */
  readonly allowRejects: boolean;
}

export interface ImportResult {
  readonly counts: readonly FileCounts[];
  readonly refused: readonly RefusedLine[];
}

/**
 * Items of one write. Up to this many are all written or none, which holds for any usual import. Of more, a crash
 * half-way leaves the first ones, each whole; the same command again writes the rest. One write of all of them would
 * hold the write lock for so long that a run beside it could give up.
 */
const MAX_ITEMS_PER_WRITE = 500_000;

/** @throws ImportRefusedError; PermanentError `INPUT_INVALID`, `FILE_NOT_READABLE`, `STORE_*` */
export async function importEntityFiles(
  { co, cp, aliases }: EntityFiles,
  table: EntityTable,
  options: ImportOptions,
): Promise<ImportResult> {
  const files: ImportFile<MasterRow | AliasItem>[] = [];
  if (co !== undefined) files.push({ file: co, lines: readMasterTable('CO', bytesOf(co), co) });
  if (cp !== undefined) files.push({ file: cp, lines: readMasterTable('CP', bytesOf(cp), cp) });
  if (aliases !== undefined) files.push({ file: aliases, lines: readAliases(bytesOf(aliases), aliases) });
  return write(await planEntityImport(files, (key) => table.get(key)), table, options);
}

/** @throws as {@link importEntityFiles} */
export async function importLawFile(
  file: string,
  table: GoverningLawTable,
  options: ImportOptions,
): Promise<ImportResult> {
  const lines = readLaws(bytesOf(file), file);
  return write(await planLawImport([{ file, lines }], (key) => table.get(key)), table, options);
}

async function write<T>(
  plan: ImportPlan<T>,
  table: { putAll(items: readonly T[]): Promise<void> },
  { allowRejects }: ImportOptions,
): Promise<ImportResult> {
  const { counts, refusals: refused } = plan;
  if (refused.length > 0 && !allowRejects) throw new ImportRefusedError(counts, refused);
  const items = [...plan.items.values()];
  for (let i = 0; i < items.length; i += MAX_ITEMS_PER_WRITE)
    await table.putAll(items.slice(i, i + MAX_ITEMS_PER_WRITE));
  return { counts, refused };
}

/** @throws PermanentError `FILE_NOT_READABLE` while reading */
async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const block of createReadStream(path, { highWaterMark: 1024 * 1024 })) yield block as Buffer;
  } catch (error) {
    throw new PermanentError('FILE_NOT_READABLE', `${path} cannot be read: ${messageOf(error)}.`);
  }
}
