/** A Lex written from lex.md section 1 alone: nothing of lexdelta is in it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { compareBytes } from '../model/row.ts';
import { spreadOverLines } from '../world/json-text.ts';
import type { Random } from '../world/random.ts';
import { type Answer, FAULTS } from './faults.ts';
import { CALM, type Profile } from './profile.ts';
import type { Shelf } from './shelf.ts';

/** Below the prefix, so that a client that forgets its base is found out. */
const BASE = '/inet/lex';
/** A client that asks three times gets its answer. */
const MOST_FAULTS_PER_REQUEST = 2;

export interface LexServer {
  readonly url: string;
  /** Asked-for pages and injected faults since the start, by name. */
  readonly counts: Map<string, number>;
  behave(profile: Profile): void;
  /** Called before each page is cut, so that documents may come and go between two requests. */
  beforePage(listener: ((namespace: string, offset: number, limit: number) => void) | null): void;
  close(): Promise<void>;
}

export async function startLexServer(shelves: ReadonlyMap<string, Shelf>, random: Random): Promise<LexServer> {
  const lex = new Lex(shelves, random);
  const server = createServer((request, response) => void lex.handle(request, response));
  server.on('connection', (socket) => void socket.on('error', () => undefined));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`;
  return {
    url,
    counts: lex.counts,
    behave: (profile) => lex.behave(profile),
    beforePage: (listener) => {
      lex.listener = listener;
    },
    close: () => closeServer(server),
  };
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve, reject) => server.close((error) => (error === undefined ? resolve() : reject(error))));
}

class Lex {
  readonly counts = new Map<string, number>();
  listener: ((namespace: string, offset: number, limit: number) => void) | null = null;
  private profile: Profile = CALM;
  private faultsOf = new Map<string, number>();
  private readonly snapshots = new Map<string, readonly Buffer[]>();
  private readonly shelves: ReadonlyMap<string, Shelf>;
  private readonly random: Random;

  constructor(shelves: ReadonlyMap<string, Shelf>, random: Random) {
    this.shelves = shelves;
    this.random = random;
  }

  behave(profile: Profile): void {
    this.profile = profile;
    this.faultsOf = new Map();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    const url = new URL(request.url ?? '/', 'http://lex');
    if (this.profile.latencyMs > 0) await wait(this.random.int(0, this.profile.latencyMs));
    const answer = this.encode(request, this.answer(request, url));
    const fault = answer.status === 200 ? this.chooseFault(url) : null;
    if (fault !== null) {
      this.count(fault);
      FAULTS[fault]!(request, response, answer, this.random);
      return;
    }
    await this.send(response, answer);
  }

  private encode(request: IncomingMessage, answer: Answer): Answer {
    if (!this.profile.compresses || !String(request.headers['accept-encoding'] ?? '').includes('gzip')) return answer;
    return { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' }, body: gzipSync(answer.body) };
  }

  private answer(request: IncomingMessage, url: URL): Answer {
    if (!url.pathname.startsWith(`${BASE}/namespaces/`)) return error(404, 'no such path');
    const [name = '', documents, what, ...rest] = url.pathname
      .slice(`${BASE}/namespaces/`.length)
      .split('/')
      .map(decodeURIComponent);
    const shelf = this.shelves.get(name);
    if (request.method !== 'GET' || documents !== 'documents' || rest.length > 0) return error(404, 'no such path');
    if (shelf === undefined) return error(404, `no namespace ${name}`);
    if (what === undefined) return this.list(request, url, name, shelf);
    if (what === 'count') {
      this.count('count');
      return json({ namespace: name, total_docs: shelf.lines().length });
    }
    return this.byId(shelf, what);
  }

  private byId(shelf: Shelf, id: string): Answer {
    this.count('by id');
    if (!this.profile.hasGetById) return error(405, 'no get-by-id here');
    const entry = shelf.get(id);
    if (entry === null) return error(404, 'document_not_found');
    return { status: 200, headers: { 'content-type': 'application/json' }, body: entry.lines[0]! };
  }

  private list(request: IncomingMessage, url: URL, name: string, shelf: Shelf): Answer {
    const offset = wholeNumber(url.searchParams.get('offset') ?? '0');
    const limit = wholeNumber(url.searchParams.get('limit') ?? '1000');
    if (offset === null || limit === null || limit > this.profile.maxLimit) {
      return {
        ...error(400, ''),
        body: Buffer.from(`{"error":"bad offset or limit","max_limit":${this.profile.maxLimit}}`),
      };
    }
    this.count('page');
    this.listener?.(name, offset, limit);
    const lines = this.linesOf(url, name, shelf);
    if (lines === null) return error(410, 'snapshot is gone');
    const after = url.searchParams.get('after');
    const from = after === null ? offset : shelf.ids().filter((id) => compareBytes(id, after) <= 0).length;
    const most = limit > 1 && this.random.chance(this.profile.shortPages) ? this.random.int(1, limit - 1) : limit;
    return this.page(request, name, shelf, lines, from, lines.slice(from, from + most));
  }

  private linesOf(url: URL, name: string, shelf: Shelf): readonly Buffer[] | null {
    const asked = url.searchParams.get('snapshot');
    if (asked === null || !this.profile.sendsSnapshot) return shelf.lines();
    if (this.random.chance(0.02)) return null;
    return this.snapshots.get(`${name} ${asked}`) ?? null;
  }

  private page(
    request: IncomingMessage,
    name: string,
    shelf: Shelf,
    all: readonly Buffer[],
    offset: number,
    lines: readonly Buffer[],
  ): Answer {
    const headers: Record<string, string> = {};
    if (this.profile.sendsTotal) headers['x-total-docs'] = String(all.length);
    if (this.profile.sendsSnapshot) {
      const token = `v${shelf.version}`;
      if (all === shelf.lines()) this.snapshots.set(`${name} ${token}`, all);
      headers['x-lex-snapshot'] = token;
    }
    const wantsLines = String(request.headers.accept ?? '').includes('application/x-ndjson');
    if (wantsLines && this.profile.format === 'ndjson') {
      const end = Buffer.from(this.profile.lineEnd);
      const mark = this.profile.byteOrderMark && lines.length > 0 ? [Buffer.from('\ufeff')] : [];
      const body = Buffer.concat([...mark, ...lines.flatMap((line) => [line, end])]);
      return { status: 200, headers: { ...headers, 'content-type': 'application/x-ndjson' }, body };
    }
    const documents = lines.map((line) => (this.profile.spread ? spreadOverLines(line.toString()) : line.toString()));
    const comma = this.profile.spread ? '\n ,\n' : ',';
    const body = `{"namespace":${JSON.stringify(name)},"total_docs":${all.length},"offset":${offset},"documents":[${documents.join(comma)}]}`;
    return {
      status: 200,
      headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
      body: Buffer.from(body),
    };
  }

  private chooseFault(url: URL): string | null {
    const key = url.href;
    const before = this.faultsOf.get(key) ?? 0;
    const moved = url.searchParams.has('moved');
    if (moved || before >= MOST_FAULTS_PER_REQUEST || !this.random.chance(this.profile.faults)) return null;
    this.faultsOf.set(key, before + 1);
    return this.random.pick(Object.keys(FAULTS));
  }

  private async send(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
    response.writeHead(
      status,
      this.random.chance(0.5) ? { ...headers, 'content-length': String(body.length) } : headers,
    );
    if (this.random.chance(this.profile.slow)) {
      const piece = Math.max(1, Math.ceil(body.length / this.random.int(2, 6)));
      for (let at = 0; at < body.length; at += piece) {
        response.write(body.subarray(at, at + piece));
        await wait(this.random.int(1, 12));
      }
      response.end();
    } else {
      response.end(body);
    }
  }

  private count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function json(value: unknown): Answer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) };
}

function error(status: number, message: string): Answer {
  return { ...json({ error: message }), status };
}
