/**
 * Proves a published day again from its files alone: every file as its manifest lists it, every line in order and place,
 * and all that was derived from rows (Parquet, uses, change log, ledger, findings) derived again. Holds the Parquet file of a
 * shard and a range of identifiers, never the table.
 */
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';
import { attemptOfManifest, publishedFolder } from '../attempt-files.ts';
import { listedFiles, MANIFEST_PATH } from '../checksums.ts';
import { LINES_PER_RANGE } from '../plan-shards.ts';
import type { FillCounts, Manifest } from '../published.ts';
import type { PublishedDay } from '../read-published.ts';
import { type DeletedTexts, deletedBy, findDeletedTexts } from '../retention/deleted-texts.ts';
import { textsRecordKey } from '../retention/texts-record.ts';
import { DayCounts } from './day-counts.ts';
import { CLAIMS, type Claim, damageOf, type Fault, Faults } from './faults.ts';
import { FileMemory } from './file-memory.ts';
import { baseOfCopy, openBase } from './open-base.ts';
import { missingFor, type ShardPart } from './rests-on.ts';
import type { Scratch } from './scratch.ts';
import { verifyCarriedOver } from './verify-carried-over.ts';
import { readPublishedFindings, verifyContract, verifyListing, verifyTimes } from './verify-files.ts';
import { verifyFill, verifyShardCounts } from './verify-fill.ts';
import { FindingsCheck } from './verify-findings.ts';
import { readHeldCounts, verifyHeldCounts } from './verify-held-removals.ts';
import { loadLedger, verifyLedger } from './verify-ledger.ts';
import { readManifest, verifyManifest } from './verify-manifest.ts';
import { verifyMaster } from './verify-masters.ts';
import { verifyShard } from './verify-shard.ts';

export interface VerifyDayDeps {
  readonly a3: Pick<JobDailyA3Data, 'get' | 'open' | 'list'>;
  readonly scratch: Scratch;
  /** SHA-256 of the manifest as the run has told it to others; `null`: nobody knows. */
  readonly recordedSha256: string | null;
  /** What is wrong with the pointer that leads to the day; not given: nothing. */
  readonly pointerFault?: Pick<Fault, 'file' | 'what'>;
  /** The day is a copy of its own: its base is not looked at, and need not be there. */
  readonly isAlone?: boolean;
  /** Called every some thousand rows, and after every range of findings. What it throws ends the verification. */
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** Default {@link LINES_PER_RANGE}. */
  readonly linesPerRange?: number;
}

export interface VerifyProgress {
  readonly stage: 'rows' | 'findings';
  readonly done: number;
  /** Rows of the table; ranges of findings. */
  readonly total: number;
}

/** What is held against rows and rejections line by line. */
const OF_LINES: readonly Claim[] = ['texts', 'parquet', 'uses', 'changes'];
const NONE_DELETED: ReadonlySet<string> = new Set();
/** Rows between two reports of progress. */
const REPORT_ROWS = 5_000;

export interface ClaimResult {
  readonly claim: Claim;
  readonly state: 'shown' | 'failed' | 'not shown';
  readonly faults: number;
  /** Why it is not shown. */
  readonly reason: string | null;
}

export interface Verification {
  readonly business_date: string;
  readonly attempt: number;
  /** `null`: the manifest does not say. */
  readonly run: string | null;
  readonly base: string | null;
  readonly rows: number;
  /** That the manifest lists, and their bytes as stored. */
  readonly files: number;
  readonly bytes: number;
  readonly manifest_sha256: string | null;
  readonly claims: readonly ClaimResult[];
  readonly fault_count: number;
  /** The first of each claim. */
  readonly faults: readonly Fault[];
  /** What is no fault of the day, and worth knowing. */
  readonly notes: readonly string[];
}

/**
 * @param key of the manifest
 * @throws PermanentError `STORE_KEY_INVALID`
 */
export async function verifyDay(key: string, deps: VerifyDayDeps): Promise<Verification> {
  const verifier = new DayVerifier(key, deps);
  await verifier.run();
  return verifier.result;
}

class DayVerifier {
  readonly #key: string;
  readonly #deps: VerifyDayDeps;
  readonly #faults = new Faults();
  readonly #notShown = new Map<Claim, string>();
  readonly #notes: string[] = [];
  readonly #counts = new DayCounts();
  #manifest: Manifest | null = null;
  #sha256: string | null = null;

  constructor(key: string, deps: VerifyDayDeps) {
    this.#key = key;
    this.#deps = deps;
  }

  async run(): Promise<void> {
    const { a3, recordedSha256, pointerFault } = this.#deps;
    if (pointerFault !== undefined) this.#faults.add('manifest', pointerFault.file, null, pointerFault.what);
    const { manifest, sha256 } = await readManifest(this.#key, a3, this.#faults);
    this.#sha256 = sha256;
    if (recordedSha256 !== null && sha256 !== null && recordedSha256 !== sha256) {
      const what = `has SHA-256 ${sha256} where the record of its run has ${recordedSha256}`;
      this.#faults.add('manifest', MANIFEST_PATH, null, what);
    }
    if (manifest === null) {
      for (const claim of CLAIMS) if (claim !== 'manifest') this.#leave(claim, 'the manifest cannot be read');
      return;
    }
    this.#manifest = manifest;
    verifyManifest(this.#key, manifest, this.#faults);
    await this.#verifyFiles({ key: this.#key, folder: publishedFolder(attemptOfManifest(this.#key)), manifest });
  }

  get result(): Verification {
    const { business_date, attempt } = attemptOfManifest(this.#key);
    const files = this.#manifest === null ? [] : listedFiles(this.#manifest);
    return {
      business_date,
      attempt,
      run: this.#manifest?.run ?? null,
      base: this.#manifest?.base ?? null,
      rows: this.#counts.rows,
      files: files.length,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      manifest_sha256: this.#sha256,
      claims: CLAIMS.map((claim) => this.#resultOf(claim)),
      fault_count: this.#faults.count(),
      faults: this.#faults.told,
      notes: this.#notes,
    };
  }

  #resultOf(claim: Claim): ClaimResult {
    const faults = this.#faults.count(claim);
    const reason = faults > 0 ? null : (this.#notShown.get(claim) ?? null);
    return { claim, state: faults > 0 ? 'failed' : reason === null ? 'shown' : 'not shown', faults, reason };
  }

  #report(stage: VerifyProgress['stage'], done: number, total: number): void {
    this.#deps.onProgress?.({ stage, done, total });
  }

  #leave(claim: Claim, reason: string): void {
    if (!this.#notShown.has(claim)) this.#notShown.set(claim, reason);
  }

  async #verifyFiles(day: PublishedDay): Promise<void> {
    const { a3, scratch, linesPerRange = LINES_PER_RANGE } = this.#deps;
    const { manifest } = day;
    await verifyListing(a3, day, this.#faults);
    const lines = [
      manifest.rows,
      manifest.findings.lines,
      manifest.masters?.CO.lines ?? 0,
      manifest.masters?.CP.lines ?? 0,
    ];
    const findings = new FindingsCheck(Math.max(1, Math.ceil(Math.max(...lines) / linesPerRange)), scratch);
    const deletedTexts = await this.#findDeletedTexts(day);
    const base = this.#deps.isAlone === true ? baseOfCopy(manifest) : await openBase(manifest, a3, this.#faults);
    if (base.reason !== null) this.#leave('changes', base.reason);
    if (base.note !== null) this.#notes.push(base.note);
    await verifyCarriedOver(manifest, base.day, a3, this.#faults);
    const damaged = await this.#verifyShards(day, base.day, deletedTexts, findings);
    const isShown = (claim: Claim) => missingFor(claim, damaged).length === 0;
    const baseManifest = typeof base.day === 'string' ? null : base.day.manifest;
    const baseFill = baseManifest?.fill_rates ?? null;
    if (isShown('rows')) verifyFill(manifest, this.#counts.fill.table, baseFill, this.#faults);
    await this.#verifyLedger(day, base.day === 'none' ? 0 : (baseManifest?.rows ?? null), isShown('ledger'));
    await this.#verifyFindings(day, findings, isShown('findings'));
    await verifyContract(a3, day, this.#faults);
    this.#notes.push(...(await verifyTimes(a3, day)));
  }

  /**
   * A part that is missing without a record, or by the record of another manifest, is a fault; so is a record that cannot be
   * read where one is needed.
   * @returns paths of the parts that are not there, and need not be
   */
  async #findDeletedTexts(day: PublishedDay): Promise<ReadonlySet<string>> {
    const { manifest } = day;
    const key = textsRecordKey(manifest);
    let deleted: DeletedTexts | null = null;
    try {
      deleted = await findDeletedTexts(this.#deps.a3, day);
    } catch (error) {
      const damage = damageOf(error, key);
      if (damage === null) throw error;
      this.#notes.push(`The record of the deletion of raw texts, ${key}, ${damage}.`);
    }
    if (deleted === null) return NONE_DELETED;
    const { record, parts } = deleted;
    if (record.manifest_sha256 !== this.#sha256) {
      this.#notes.push(`The record of the deletion of raw texts, ${key}, is of another manifest than this.`);
      return NONE_DELETED;
    }
    const all = manifest.shards.filter(({ texts }) => texts != null).length;
    const sum = (of: 'lines' | 'bytes') => parts.reduce((total, part) => total + part[of], 0);
    const which = parts.length === all ? 'all' : `${parts.length} of ${all} parts`;
    this.#leave('texts', `${which} ${deletedBy(record)}`);
    this.#notes.push(
      `${sum('lines')} raw texts of rejected documents (${parts.map(({ path }) => path).join(', ')}; ${sum('bytes')} bytes) were ${deletedBy(record)}: see ${key}.`,
    );
    return deleted.paths;
  }

  /** @returns which files of shards are not as published: sums over them say nothing */
  async #verifyShards(
    day: PublishedDay,
    base: PublishedDay | 'none' | 'unknown',
    deletedTexts: ReadonlySet<string>,
    findings: FindingsCheck,
  ): Promise<ReadonlySet<ShardPart>> {
    const { a3 } = this.#deps;
    const memory = new FileMemory();
    const { shards } = day.manifest;
    const damaged = new Set<ShardPart>();
    const lostOfBase = new Map<string, string>();
    let rows = 0;
    for (const shard of shards) {
      const verified = await verifyShard(day, shard, {
        a3,
        memory,
        base,
        deletedTexts,
        onRow: (line) => {
          rows += 1;
          if (rows % REPORT_ROWS === 0) this.#report('rows', rows, day.manifest.rows);
          return findings.addRow({ line: line.text, row: line.value });
        },
        onBaseDamage: (key, what) => lostOfBase.set(key, what),
      });
      this.#faults.addAll(verified.faults);
      if (missingFor('rows', verified.damaged).length === 0) verifyShardCounts(shard, verified.counts, this.#faults);
      for (const part of verified.damaged) damaged.add(part);
      if (!verified.isOrdered) for (const claim of OF_LINES) this.#leave(claim, 'lines of the day are out of order');
      this.#counts.add(verified.counts);
      this.#report('rows', rows, day.manifest.rows);
    }
    if (shards.some(({ parquet }) => parquet === undefined)) this.#leave('parquet', 'not published with this day');
    if (shards.some(({ texts }) => texts === undefined)) this.#leave('texts', 'not apart from rejections on this day');
    for (const [key, what] of lostOfBase) this.#faults.add('changes', key, null, `${what}: the base is damaged`);
    for (const claim of CLAIMS) {
      const parts = claim === 'manifest' ? [] : missingFor(claim, damaged);
      if (parts.length > 0) this.#leave(claim, `files of the day are damaged: ${parts.join(', ')}`);
    }
    return damaged;
  }

  async #verifyLedger(day: PublishedDay, baseRows: number | null, isWhole: boolean): Promise<void> {
    const { a3 } = this.#deps;
    const ledger = await loadLedger(a3, day, this.#faults);
    const held = await readHeldCounts(a3, day, this.#faults);
    if (held === null) this.#leave('ledger', 'the list of removals held back is damaged');
    else if (ledger !== null) verifyHeldCounts(ledger, day.manifest, held, this.#faults);
    if (ledger === null) this.#leave('ledger', 'it cannot be read');
    else if (isWhole) verifyLedger(ledger, day.manifest, { counts: this.#counts, baseRows }, this.#faults);
  }

  async #verifyFindings(day: PublishedDay, check: FindingsCheck, areRowsWhole: boolean): Promise<void> {
    const { a3 } = this.#deps;
    const { masters, findings } = day.manifest;
    const before = this.#faults.count('files');
    for (const role of ['CO', 'CP'] as const) {
      if (masters === undefined) this.#leave('masters', 'not published with this day');
      else {
        const table = { role, file: masters[role] };
        await verifyMaster(a3, day.folder, table, this.#faults, (ids) => check.addMembers(role, ids));
      }
    }
    const hasMasters = masters !== undefined && this.#faults.count('files') === before;
    if (masters !== undefined && !hasMasters) this.#leave('masters', 'files of the day are damaged');
    const damaged = this.#faults.count('files');
    await readPublishedFindings(a3, day, this.#faults, (line) => check.addPublished(line));
    if (this.#faults.count('files') > damaged) this.#leave('findings', 'they cannot be read');
    if (!areRowsWhole || this.#faults.count('files') > damaged) return;
    const fill: { readonly table: FillCounts; readonly made: FillCounts } = this.#counts.fill;
    const onRange = (done: number, total: number) => this.#report('findings', done, total);
    const differing = await check.verify(findings, { fill, hasMasters, onRange }, this.#faults);
    if (differing === 0) return;
    this.#notes.push(
      `${differing} findings on membership are others with the day's master tables: the Entity table changed while the day was made.`,
    );
  }
}
