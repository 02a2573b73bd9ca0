/**
 * AgreementHash's items as bytes:
 * flags (1) · fence (6, big endian) · then either the business date of the removal (10, ASCII), or for `good` and then for
 * `rejected`, where there: content hash (32) · raw hash (16, where there) · hash scheme (2) · length (1) and text of the
 * mapping version.
 * The layout is part of the store's format: whoever alters it raises `STORE_FORMAT`.
 */
import type { Fingerprint } from '../../agreements/fingerprint.ts';
import type { HashItem } from '../hash-item.ts';
import type { Codec } from './lmdb-file.ts';

const HAS_GOOD = 1;
const HAS_GOOD_RAW = 2;
const HAS_REJECTED = 4;
const HAS_REJECTED_RAW = 8;
const IS_REMOVED = 16;

const HEADER_BYTES = 7;
const CONTENT_BYTES = 32;
const RAW_BYTES = 16;
const DATE_BYTES = 10;

export const HASH_CODEC: Codec<HashItem> = { encode, decode };

function encode(item: HashItem): Buffer {
  const { good, rejected, removed_on } = item;
  const flags =
    (good === null ? 0 : HAS_GOOD) |
    (good?.raw_hash == null ? 0 : HAS_GOOD_RAW) |
    (rejected === null ? 0 : HAS_REJECTED) |
    (rejected?.raw_hash == null ? 0 : HAS_REJECTED_RAW) |
    (removed_on === null ? 0 : IS_REMOVED);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(flags, 0);
  header.writeUIntBE(item.generation, 1, 6);
  if (removed_on !== null) return Buffer.concat([header, Buffer.from(removed_on.padEnd(DATE_BYTES), 'latin1')]);
  return Buffer.concat([header, ...fingerprintBytes(good), ...fingerprintBytes(rejected)]);
}

function fingerprintBytes(fingerprint: Fingerprint | null): readonly Buffer[] {
  if (fingerprint === null) return [];
  const { content_hash, raw_hash, hash_scheme, mapping_version } = fingerprint;
  const version = Buffer.from(mapping_version);
  const tail = Buffer.alloc(3);
  tail.writeUInt16BE(hash_scheme, 0);
  tail.writeUInt8(version.length, 2);
  const raw = raw_hash === null ? [] : [hexBytes(raw_hash, RAW_BYTES)];
  return [hexBytes(content_hash, CONTENT_BYTES), ...raw, tail, version];
}

/** Lower case only: what is read must be what was written. */
function hexBytes(hex: string, bytes: number): Buffer {
  if (hex.length !== bytes * 2 || !/^[0-9a-f]*$/.test(hex)) throw new TypeError(`No hash of ${bytes} bytes: ${hex}`);
  return Buffer.from(hex, 'hex');
}

/** Where the next field begins. One for all: decoding never stops half-way. */
let position = 0;

function decode(bytes: Buffer): HashItem {
  const flags = bytes.readUInt8(0);
  const generation = bytes.readUIntBE(1, 6);
  position = HEADER_BYTES;
  if (flags & IS_REMOVED) {
    const removed_on = bytes.toString('latin1', HEADER_BYTES, HEADER_BYTES + DATE_BYTES).trimEnd();
    return { generation, good: null, rejected: null, removed_on };
  }
  const good = flags & HAS_GOOD ? decodeFingerprint(bytes, (flags & HAS_GOOD_RAW) !== 0) : null;
  const rejected = flags & HAS_REJECTED ? decodeFingerprint(bytes, (flags & HAS_REJECTED_RAW) !== 0) : null;
  return { generation, good, rejected, removed_on: null };
}

/** Both hashes as one text that is cut: one call into the runtime instead of two. */
function decodeFingerprint(bytes: Buffer, hasRaw: boolean): Fingerprint {
  const end = position + CONTENT_BYTES + (hasRaw ? RAW_BYTES : 0);
  const hex = bytes.toString('hex', position, end);
  const versionEnd = end + 3 + (bytes[end + 2] ?? 0);
  position = versionEnd;
  return {
    raw_hash: hasRaw ? hex.slice(CONTENT_BYTES * 2) : null,
    content_hash: hex.slice(0, CONTENT_BYTES * 2),
    hash_scheme: bytes.readUInt16BE(end),
    mapping_version: bytes.toString('utf8', end + 3, versionEnd),
  };
}
