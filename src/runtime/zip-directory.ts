/** What a ZIP archive says of its files, at its end: how many there are, and the checksum of each. */
import { open } from 'node:fs/promises';

export interface ZipEntry {
  readonly name: string;
  /** CRC-32 of the unpacked bytes. */
  readonly crc: number;
}

const END_SIGNATURE = 'PK\x05\x06';
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const ENTRY_SIGNATURE = 'PK\x01\x02';
const ENTRY_BYTES = 46;
/** A directory of a usual archive has some hundred bytes. */
const MAX_DIRECTORY_BYTES = 1024 * 1024;

/**
 * The archive's files; folders, and what macOS adds, left out.
 * @returns `null`: no directory stands where it should: the archive is cut short, damaged, or of 4 GiB and more
 */
export async function readZipDirectory(path: string): Promise<readonly ZipEntry[] | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(size, END_BYTES + MAX_COMMENT_BYTES));
    await file.read(tail, 0, tail.length, size - tail.length);
    const end = tail.lastIndexOf(END_SIGNATURE, undefined, 'latin1');
    if (end < 0 || end + END_BYTES > tail.length) return null;
    const bytes = tail.readUInt32LE(end + 12);
    const position = tail.readUInt32LE(end + 16);
    if (bytes > MAX_DIRECTORY_BYTES || position + bytes > size) return null;
    const directory = Buffer.alloc(bytes);
    await file.read(directory, 0, bytes, position);
    return entriesOf(directory);
  } finally {
    await file.close();
  }
}

function entriesOf(directory: Buffer): readonly ZipEntry[] | null {
  const entries: ZipEntry[] = [];
  for (let at = 0; at < directory.length; ) {
    if (directory.toString('latin1', at, at + 4) !== ENTRY_SIGNATURE || at + ENTRY_BYTES > directory.length)
      return null;
    const nameEnd = at + ENTRY_BYTES + directory.readUInt16LE(at + 28);
    const name = directory.toString('utf8', at + ENTRY_BYTES, nameEnd);
    const isFile = !name.endsWith('/') && !name.startsWith('__MACOSX/');
    if (isFile) entries.push({ name, crc: directory.readUInt32LE(at + 16) });
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}
