/** A namespace, its hashes and its delta folder in memory, and the query stage over them: for the tests of its steps. */
import { contentHash, rawHash } from '../../src/agreements/content-hash.ts';
import { type Fingerprint, HASH_SCHEME } from '../../src/agreements/fingerprint.ts';
import type {
  CalculateCursor,
  CalculateQueriedDocsInput,
  CalculateQueriedDocsOutput,
  NamespaceCounts,
} from '../../src/job/contracts.ts';
import { type CalculateQueriedDocsDeps, calculateQueriedDocs } from '../../src/steps/calculate-queried-docs.ts';
import type { PageHeader, PageLine } from '../../src/steps/pages/page-object.ts';
import { type QueryNamespaceDeps, queryNamespace } from '../../src/steps/query-namespace.ts';
import { MemoryAgreementHash } from '../fakes/memory-agreement-hash.ts';
import { type MemoryLexOptions, MemoryLexSource } from '../fakes/memory-lex-source.ts';
import { MemoryObjectStore } from '../fakes/memory-object-store.ts';
import { MemoryQueryCounts } from '../fakes/memory-query-counts.ts';

export const NAMESPACE = 'mac';
export const MODULE = { idField: 'lexId', volatileFields: ['audit'], mappingVersion: 'mac-1-aa' };
export const ATTEMPT = { business_date: '2021-10-20', attempt: 1 };
export const WRITER = { fence: 1, business_date: '2021-10-19' };

/** As a text: a row that is no JSON at all, and one that names its id and cannot be hashed. */
export const GARBAGE = 'garbage';
export const UNREADABLE = 'unreadable';

/** A document's bytes: `text` is its content, `audit` what the content hash leaves out. */
export function documentOf(lexId: string, text = 'a', audit = 0): Buffer {
  if (text === GARBAGE) return Buffer.from(`{"broken`);
  if (text === UNREADABLE) return Buffer.from(`{"lexId":"${lexId}","text":"\\ud800"}`);
  return Buffer.from(JSON.stringify({ lexId, text, audit }));
}

export function fingerprintOf(row: Buffer, changes: Partial<Fingerprint> = {}): Fingerprint {
  return {
    raw_hash: rawHash(row),
    content_hash: contentHash(JSON.parse(row.toString()), MODULE.volatileFields),
    hash_scheme: HASH_SCHEME,
    mapping_version: MODULE.mappingVersion,
    ...changes,
  };
}

export class QuerySetting {
  readonly lex: MemoryLexSource;
  hashes = new MemoryAgreementHash();
  delta = new MemoryObjectStore();
  #clockMs = Date.parse('2021-10-20T01:00:00Z');
  readonly sleeps: number[] = [];

  constructor(options: MemoryLexOptions = {}) {
    this.lex = new MemoryLexSource(NAMESPACE, options);
  }

  /** Works on these stores from now on. */
  take(hashes: MemoryAgreementHash, delta: MemoryObjectStore): void {
    this.hashes = hashes;
    this.delta = delta;
  }

  get deps() {
    return {
      lex: this.lex,
      hashes: this.hashes,
      delta: this.delta,
      namespaceOf: () => MODULE,
      now: () => {
        this.#clockMs += 1;
        return new Date(this.#clockMs);
      },
      sleep: async (ms: number) => void this.sleeps.push(ms),
      shouldStop: () => false,
    };
  }

  /** Lex lists the document. */
  list(id: string, text = 'a', audit = 0): this {
    this.lex.put(id, documentOf(id, text, audit));
    return this;
  }

  /** AgreementHash knows the document. */
  async know(id: string, text = 'a', options: { as?: 'good' | 'rejected'; fingerprint?: Partial<Fingerprint> } = {}) {
    const fingerprint = fingerprintOf(documentOf(id, text), options.fingerprint);
    await this.hashes.apply(NAMESPACE, [{ op: options.as ?? 'good', lex_id: id, fingerprint }], WRITER);
    return this;
  }

  /** Runs all workers to their end, one after the other, each turn as long as it likes. */
  async query(batches: number, pageSize: number, overrides: Partial<QueryNamespaceDeps> = {}): Promise<void> {
    for (let batch = 0; batch < batches; batch += 1) await this.work(batch, batches, pageSize, overrides);
  }

  async work(batch: number, batches: number, pageSize: number, overrides: Partial<QueryNamespaceDeps> = {}) {
    const input = { ...ATTEMPT, namespace: NAMESPACE, iteration: 1, batch, batches, query_batch_size: pageSize };
    let cursor: number | null = null;
    const outputs = [];
    do {
      const output = await queryNamespace({ ...input, cursor }, { ...this.deps, ...overrides });
      outputs.push(output);
      cursor = output.cursor;
    } while (cursor !== null);
    return outputs;
  }

  readonly queryCounts = new MemoryQueryCounts();

  /** Runs CalculateAndUpdateQueriedDocsInNamespace to its end. */
  async calculate(
    pageSize: number,
    input: Partial<CalculateQueriedDocsInput> = {},
    overrides: Partial<CalculateQueriedDocsDeps> = {},
  ): Promise<NamespaceCounts> {
    let cursor: CalculateCursor | null = null;
    for (;;) {
      const output: CalculateQueriedDocsOutput = await this.calculateTurn(pageSize, { ...input, cursor }, overrides);
      if (output.cursor === null) return output.counts;
      cursor = output.cursor;
    }
  }

  /** One turn of it. */
  async calculateTurn(
    pageSize: number,
    input: Partial<CalculateQueriedDocsInput>,
    overrides: Partial<CalculateQueriedDocsDeps> = {},
  ): Promise<CalculateQueriedDocsOutput> {
    const fixed = { ...ATTEMPT, job_id: 'agreements-2021-10-20', namespace: NAMESPACE, iteration: 1, workers: [] };
    const limits = { query_batch_size: pageSize, max_removed_percentage: 1, overrides: [], cursor: null };
    const output = await calculateQueriedDocs(
      { ...fixed, ...limits, total_docs: this.lex.rows.length, ...input },
      { ...this.deps, queryCounts: this.queryCounts, ...overrides },
    );
    return JSON.parse(JSON.stringify(output)); // As it goes through the machine.
  }

  get folder(): string {
    return `${ATTEMPT.business_date}/${ATTEMPT.attempt}/1/${NAMESPACE}`;
  }

  async object(name: string): Promise<{ header: PageHeader; lines: PageLine[] } | null> {
    const body = await this.delta.get(`${this.folder}/${name}.ndjson`);
    return body === null ? null : parseObject(body);
  }

  async objects(): Promise<{ name: string; header: PageHeader; lines: PageLine[] }[]> {
    const found = [];
    for await (const { key } of this.delta.list(this.folder)) {
      const body = (await this.delta.get(key)) as Buffer;
      found.push({ name: key.slice(this.folder.length + 1, -'.ndjson'.length), ...parseObject(body) });
    }
    return found;
  }
}

export function parseObject(body: Buffer): { header: PageHeader; lines: PageLine[] } {
  const texts = body.toString('utf8').split('\n');
  if (texts.pop() !== '') throw new Error('the object does not end in a line feed');
  const [header, ...lines] = texts.map((text) => JSON.parse(text));
  return { header, lines };
}
