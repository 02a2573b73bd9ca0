/** What a manifest must say of itself, before any of its files is read. */
import { createHash } from 'node:crypto';
import type { GateResult, Override, OverrideKind } from '../../job/contracts.ts';
import { isAccepted } from '../../job/gates.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import {
  attemptOfManifest,
  HELD_REMOVALS_PATH,
  masterPath,
  parquetPath,
  publishedFolder,
  shardPath,
} from '../attempt-files.ts';
import { CHECKSUMS_PATH, checksums, listedFiles, MANIFEST_PATH } from '../checksums.ts';
import { comparePlaces, isSameBound } from '../place.ts';
import type { Manifest, Shard } from '../published.ts';
import type { Faults } from './faults.ts';
import { MANIFEST } from './manifest-shape.ts';

export interface ReadManifest {
  /** `null`: it is not there, or has not the shape of a manifest. */
  readonly manifest: Manifest | null;
  /** Of its bytes; `null`: it is not there. */
  readonly sha256: string | null;
}

type Tell = (what: string) => void;

/** @param key of a manifest */
export async function readManifest(
  key: string,
  a3: Pick<JobDailyA3Data, 'get'>,
  faults: Faults,
): Promise<ReadManifest> {
  const tell: Tell = (what) => faults.add('manifest', MANIFEST_PATH, null, what);
  const body = await a3.get(key);
  if (body === null) {
    tell('is missing');
    return { manifest: null, sha256: null };
  }
  const sha256 = createHash('sha256').update(body).digest('hex');
  const manifest = parseManifest(body, tell);
  const folder = publishedFolder(attemptOfManifest(key));
  await verifyChecksums(manifest, sha256, await a3.get(`${folder}/${CHECKSUMS_PATH}`), faults);
  return { manifest, sha256 };
}

export function parseManifest(body: Buffer, tell: Tell): Manifest | null {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    tell('cannot be parsed');
    return null;
  }
  let isRight = true;
  MANIFEST(value, '', (path, found, expected) => {
    isRight = false;
    tell(`has ${found} at ${path} where ${expected} is expected`);
  });
  return isRight ? (value as Manifest) : null;
}

/** Of a manifest that has lost its shape only its own digest is held against the checksums. */
async function verifyChecksums(
  manifest: Manifest | null,
  sha256: string,
  sums: Buffer | null,
  faults: Faults,
): Promise<void> {
  if (sums === null) {
    if (manifest?.checksums !== undefined) faults.add('manifest', CHECKSUMS_PATH, null, 'is missing');
    return;
  }
  const found = new Set(sums.toString('utf8').split('\n'));
  const own = `${sha256}  ${MANIFEST_PATH}`;
  if (!found.has(own)) {
    faults.add(
      'manifest',
      MANIFEST_PATH,
      null,
      `has SHA-256 ${sha256}, which is not what ${CHECKSUMS_PATH} has for it`,
    );
  }
  if (manifest === null || sums.toString('utf8') === checksums(manifest, sha256)) return;
  for (const { path, sha256: listed } of listedFiles(manifest)) {
    if (found.has(`${listed}  ${path}`)) continue;
    faults.add('manifest', CHECKSUMS_PATH, null, `has not the SHA-256 of ${path} that the manifest has, ${listed}`);
  }
  if (found.has(own)) faults.add('manifest', CHECKSUMS_PATH, null, 'is not what the manifest makes of it');
}

/** What needs no file: names, ranges, sums, gates. */
export function verifyManifest(key: string, manifest: Manifest, faults: Faults): void {
  const tell: Tell = (what) => faults.add('manifest', MANIFEST_PATH, null, what);
  const id = attemptOfManifest(key);
  if (manifest.business_date !== id.business_date || manifest.attempt !== id.attempt) {
    tell(
      `is of ${manifest.business_date}, attempt ${manifest.attempt}, where its folder is of ${id.business_date}, attempt ${id.attempt}`,
    );
  }
  verifyPaths(manifest, tell);
  verifyRanges(manifest.shards, tell);
  verifyRows(manifest, tell);
  verifyGates(manifest, tell);
}

function verifyPaths({ shards, masters, held_removals, findings, ledger, contract }: Manifest, tell: Tell): void {
  const expect = (path: string, expected: string) => {
    if (path !== expected) tell(`lists ${path} where ${expected} is expected`);
  };
  shards.forEach((shard, number) => {
    if (shard.number !== number) tell(`has shard ${shard.number} where shard ${number} is expected`);
    for (const kind of ['table', 'changes', 'rejected', 'uses'] as const)
      expect(shard[kind].path, shardPath(kind, number));
    if (shard.texts != null) expect(shard.texts.path, shardPath('texts', number));
    if (shard.parquet !== undefined) expect(shard.parquet.path, parquetPath(number));
  });
  if (masters !== undefined) {
    expect(masters.CO.path, masterPath('CO'));
    expect(masters.CP.path, masterPath('CP'));
  }
  if (held_removals != null) expect(held_removals.path, HELD_REMOVALS_PATH);
  expect(findings.path, 'findings.ndjson');
  expect(ledger.path, 'ledger.json');
  if (contract !== undefined) expect(contract.path, 'contract.json');
}

/** The shards tile all places: none is in two, none is in no shard. */
function verifyRanges(shards: readonly Shard[], tell: Tell): void {
  if (shards.length === 0) tell('has no shard, where even an empty table has one');
  shards.forEach(({ number, after, through }, i) => {
    const before = shards[i - 1];
    const isJoined = before === undefined ? after === null : after !== null && isSameBound(before.through, after);
    if (!isJoined)
      tell(
        `has shard ${number} beginning elsewhere than ${i === 0 ? 'at the very first place' : 'where the one before it ends'}`,
      );
    if (i === shards.length - 1 && through !== null)
      tell(`has its last shard, ${number}, ending before the very last place`);
    if (after !== null && through !== null && comparePlaces(after, through) >= 0)
      tell(`has shard ${number} ending where it begins, or before`);
  });
}

function verifyRows({ shards, rows, fill_rates, findings, contract }: Manifest, tell: Tell): void {
  for (const { number, table, rejected, texts, parquet, rows: own } of shards) {
    if (texts !== undefined && (texts?.lines ?? 0) !== rejected.lines)
      tell(`has ${texts?.lines ?? 0} texts for shard ${number} where it has ${rejected.lines} rejections`);
    if (table.lines !== own) tell(`has ${own} rows for shard ${number} where its table has ${table.lines} lines`);
    if (parquet !== undefined && parquet.rows !== own)
      tell(`has ${own} rows for shard ${number} where its Parquet file has ${parquet.rows}`);
  }
  const sum = shards.reduce((total, shard) => total + shard.rows, 0);
  if (sum !== rows) tell(`has ${rows} rows where its shards have ${sum}`);
  if (fill_rates !== undefined && fill_rates.rows !== rows)
    tell(`has fill rates of ${fill_rates.rows} rows where it has ${rows}`);
  for (const file of [findings, ...(contract === undefined ? [] : [contract])]) {
    if (file.sha256 !== file.content_sha256) tell(`has two SHA-256 for ${file.path}, which is not compressed`);
  }
}

/** What binary fractions cannot hold: a share this near to its threshold may have passed or failed. */
const HAIR = 1e-6;

/** A gate is what its own figures give, and what failed was accepted by name: else nothing would have been published. */
function verifyGates({ gates, overrides, query }: Manifest, tell: Tell): void {
  // A namespace whose total is unknown proves nothing, whatever the others have.
  const isKnown = query.every(({ total_docs }) => total_docs !== null);
  verifyGate('query', gates.query, { overrides, kind: 'query', isKnown }, tell);
  const total = query.reduce((sum, { total_docs }) => sum + (total_docs ?? 0), 0);
  if (gates.query.denominator !== total)
    tell(`has ${gates.query.denominator} documents in its query gate where its namespaces have ${total}`);
  verifyGate('transformation', gates.transformation, { overrides, kind: 'transform', isKnown: true }, tell);
  if (gates.fill != null) verifyGate('fill', gates.fill, { overrides, kind: 'fill', isKnown: true }, tell);
}

function verifyGate(
  name: string,
  gate: GateResult,
  by: { readonly overrides: readonly Override[]; readonly kind: OverrideKind; readonly isKnown: boolean },
  tell: Tell,
): void {
  const { passed, accepted, numerator, denominator, ratio, threshold } = gate;
  if (!passed && !accepted) tell(`has a ${name} gate that failed and was not accepted`);
  if (accepted && !isAccepted(by.overrides, by.kind)) {
    tell(`has a ${name} gate that was accepted where no override says so`);
  }
  const share = !by.isKnown ? 0 : denominator === 0 ? 1 : Math.min(1, numerator / denominator);
  if (ratio !== share) tell(`has a ${name} gate of ${ratio} where its figures give ${share}`);
  const isClear = Math.abs(ratio - threshold) > HAIR;
  if (by.isKnown && isClear && passed !== ratio > threshold) {
    tell(`has a ${name} gate of ${ratio} against ${threshold} that ${passed ? 'passed' : 'failed'}`);
  }
}
