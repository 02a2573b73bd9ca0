/** One seed: a world, its look-up files, and some days of it, each run through `lexdelta` and held against the book. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, runCommand } from './command.ts';
import { chooseDay, type DayPlan, describeDay } from './day-plan.ts';
import { Book } from './model/book.ts';
import { compareTable, type Difference } from './model/compare.ts';
import { createLookUps } from './model/look-ups.ts';
import { NAMESPACES, type Namespace } from './model/shapes.ts';
import { cellsOf, readCsv, readFlat, readRejected, readTable } from './printed.ts';
import { type LexServer, startLexServer } from './server/server.ts';
import { createMover, passNight } from './world/day.ts';
import { writeLookUpFiles } from './world/look-up-files.ts';
import { createRandom, type Random } from './world/random.ts';
import { World } from './world/world.ts';

export interface HistoryOptions {
  readonly seed: number;
  readonly days: number;
  /** Documents of a namespace on the first day, at least and at most. */
  readonly documents: readonly [least: number, most: number];
  /** Which days are killed at random moments, from 0. */
  readonly killsOn: (day: number) => boolean;
  /** On which days csv and flat are held against ndjson, from 0. */
  readonly formatsOn: (day: number) => boolean;
  readonly note: (line: string) => void;
  /** The data folder stays, for looking. */
  readonly keepsData?: boolean;
}

export interface Complaint {
  readonly seed: number;
  readonly date: string;
  readonly what: string;
  readonly detail: unknown;
}

export interface HistoryResult {
  readonly complaints: readonly Complaint[];
  /** Over all days. */
  readonly rows: number;
  readonly rejected: number;
  /** Documents for which several outcomes were right. */
  readonly undecided: number;
  readonly kills: number;
  /** Requests and injected faults, by name. */
  readonly counts: ReadonlyMap<string, number>;
  readonly folder: string;
}

export async function runHistory(options: HistoryOptions): Promise<HistoryResult> {
  const folder = await mkdtemp(join(tmpdir(), 'lexdelta-acceptance-'));
  const random = createRandom(options.seed);
  const world = new World(random.fork('world'));
  const server = await startLexServer(world.shelves, random.fork('server'));
  try {
    return await new History(options, folder, random, world, server).run();
  } finally {
    await server.close();
    if (options.keepsData !== true) await rm(folder, { recursive: true, force: true });
  }
}

interface RunReport {
  readonly report: {
    readonly query: readonly {
      readonly namespace: Namespace;
      readonly total_docs_queried: number;
      readonly unreadable: number;
      readonly complete: boolean;
    }[];
    readonly query_gate: { readonly numerator: number };
  };
}

const DAY_MS = 86_400_000;

/** The day itself, or the Monday after a weekend. */
function weekdayFrom(at: number): number {
  const weekday = new Date(at).getUTCDay();
  return weekday === 6 ? at + 2 * DAY_MS : weekday === 0 ? at + DAY_MS : at;
}

class History {
  private readonly options: HistoryOptions;
  private readonly folder: string;
  private readonly random: Random;
  private readonly world: World;
  private readonly server: LexServer;
  private readonly book: Book;
  private readonly complaints: Complaint[] = [];
  private rows = 0;
  private rejected = 0;
  private undecided = 0;
  private kills = 0;

  constructor(options: HistoryOptions, folder: string, random: Random, world: World, server: LexServer) {
    this.options = options;
    this.folder = folder;
    this.random = random;
    this.world = world;
    this.server = server;
    this.book = new Book(createLookUps(world.parties.lookUps));
  }

  async run(): Promise<HistoryResult> {
    await this.begin();
    let at = weekdayFrom(Date.UTC(2021, this.random.int(0, 11), this.random.int(1, 28)));
    for (let day = 0; day < this.options.days && this.complaints.length === 0; day++) {
      await this.runDay(day, new Date(at).toISOString().slice(0, 10));
      // At most one business day is left out: more needs an operator's word.
      at = weekdayFrom(at + DAY_MS * this.random.pick([1, 1, 2]));
    }
    const { complaints, rows, rejected, undecided, kills, folder } = this;
    return { complaints, rows, rejected, undecided, kills, counts: this.server.counts, folder };
  }

  private async begin(): Promise<void> {
    for (const namespace of NAMESPACES) this.world.fill(namespace, this.random.int(...this.options.documents), 0.2);
    const folder = join(this.folder, 'look-ups');
    for (const args of await writeLookUpFiles(folder, this.world.parties, this.random.fork('files'))) {
      await this.command(args, 0, '-');
    }
  }

  private async runDay(day: number, date: string): Promise<void> {
    const random = this.random.fork(`day ${day}`);
    const plan = chooseDay(day, this.options.killsOn(day), random);
    const { profile, moods } = plan;
    if (day > 0) {
      for (const [namespace, mood] of moods) passNight(this.world, namespace, mood, profile.format === 'json', random);
    }
    this.server.behave(profile);
    this.server.beforePage(createMover(this.world, moods, random.fork('mover')));
    await this.prepare(plan, date, random);
    const began = performance.now();
    const report = await this.runJob(plan, date, random);
    this.server.beforePage(null);
    this.options.note(`  ${date} ${Math.round(performance.now() - began)} ms: ${describeDay(plan)}`);
    if (report === null) return;
    const table = await this.compareDay(plan, date, report);
    if (this.options.formatsOn(day)) await this.compareFormats(table, date);
  }

  /** What an operator may do before a run, with no effect on the table. */
  private async prepare({ before, moods }: DayPlan, date: string, random: Random): Promise<void> {
    if (before === 'rebuild hashes') await this.command(['hashes', 'rebuild'], 0, date);
    if (before === 'replay') {
      const namespace = random.pick([...moods.keys()]);
      await this.command(['replay', '--namespace', namespace, '--all', '--by', 'The examiner'], 0, date);
    }
  }

  private async runJob(plan: DayPlan, date: string, random: Random): Promise<RunReport | null> {
    const args = await this.writeInput(plan, date, random, 0);
    this.beginRead();
    if (plan.failsFirst) {
      const ended = await this.command(await this.writeInput(plan, date, random, 1), null, date);
      if (ended.code === 0) return JSON.parse(ended.stdout) as RunReport; // Nothing was rejected today.
      await this.expectNoTable(date);
      this.beginRead();
    }
    for (let left = plan.kills; left > 0; left--) {
      const killed = await runCommand([...args, '--data', this.data(), '--json'], {
        afterMs: random.int(150, 1600),
        takesChildren: random.chance(0.5),
      });
      if (killed.code === null) this.kills++;
      else if (killed.code !== 0) this.complain(date, `run before its kill ended with ${killed.code}`, killed);
    }
    const ended = await this.command(args, 0, date);
    if (ended.code === 0 && random.chance(0.3)) await this.command(args, 0, date);
    return ended.code === 0 ? (JSON.parse(ended.stdout) as RunReport) : null;
  }

  private async writeInput(plan: DayPlan, date: string, random: Random, mustBeValid: number): Promise<string[]> {
    const [year, month, day] = date.split('-');
    const path = join(this.folder, `input-${date}-${mustBeValid}.json`);
    const read = NAMESPACES.filter((namespace) => plan.moods.get(namespace) !== 'unread');
    const input = {
      max_parallel_executions: random.int(1, 8),
      query_batch_size: random.int(7, 50),
      business_date: random.pick([`${month}-${day}-${year}`, date]),
      query_percentage_success: 0.9,
      docs_transformation_percentage_success: mustBeValid,
      namespaces: random.shuffle(read).map((namespace) => ({ namespace, total_docs: 0, total_docs_queried: 0 })),
      ...(plan.acceptsRemovals
        ? { overrides: [{ accept: 'removals', by: 'The examiner', reason: 'They are gone' }] }
        : {}),
    };
    await writeFile(path, JSON.stringify(input));
    return ['run', '--lex', this.server.url, '--input', path, '--quiet'];
  }

  private beginRead(): void {
    for (const shelf of this.world.shelves.values()) shelf.beginRead();
  }

  private async expectNoTable(date: string): Promise<void> {
    const asOf = await this.command(['as-of', date], null, date);
    if (asOf.code === 0) this.complain(date, 'a failed run has a table', asOf.stdout.slice(0, 2000));
  }

  private async print(date: string, format: string): Promise<string> {
    const ended = await runCommand(['as-of', date, '--format', format, '--data', this.data()]);
    if (ended.code !== 0) this.complain(date, `as-of ended with ${ended.code}`, ended);
    return ended.stdout;
  }

  private async compareFormats(table: readonly string[], date: string): Promise<void> {
    const cells = JSON.stringify(cellsOf(table));
    const [csv, flat] = await Promise.all([this.print(date, 'csv'), this.print(date, 'flat')]);
    if (JSON.stringify(readCsv(csv)) !== cells) this.complain(date, 'csv differs from ndjson', null);
    if (JSON.stringify(readFlat(flat)) !== cells) this.complain(date, 'flat differs from ndjson', null);
  }

  /** @returns the table's lines */
  private async compareDay(plan: DayPlan, date: string, { report }: RunReport): Promise<string[]> {
    const table = readTable(await this.print(date, 'ndjson'));
    const rejected = readRejected((await this.command(['rejected', date, '--limit', '1000000'], 0, date)).stdout);
    const expected = NAMESPACES.flatMap((namespace) => {
      const reading = plan.moods.get(namespace) === 'unread' ? 'not read' : this.world.shelf(namespace).seen();
      return this.book.expect(namespace, reading, plan.acceptsRemovals);
    });
    const comparison = compareTable(table, rejected, expected, date);
    for (const difference of comparison.differences.slice(0, 5)) {
      this.complain(date, 'a document differs', this.explain(difference));
    }
    for (const row of comparison.strangeRows.slice(0, 5)) this.complain(date, 'a row of no document', row);
    for (const counts of report.query) {
      const { sights, hasUnreadable } = this.world.shelf(counts.namespace).seen();
      const isBroken = [...sights.values()].some((seen) => seen.every(({ is }) => is === 'unreadable'));
      if (!counts.complete && !hasUnreadable && plan.moods.get(counts.namespace) !== 'broken')
        this.complain(date, 'not complete', counts);
      if (counts.complete && isBroken) this.complain(date, 'complete, with lines that nobody can read', counts);
    }
    const read = report.query.reduce((sum, counts) => sum + counts.total_docs_queried - counts.unreadable, 0);
    if (report.query_gate.numerator !== read) this.complain(date, 'another number of documents read', report);
    for (const namespace of NAMESPACES) this.book.settle(namespace, comparison.agreed.get(namespace) ?? new Map());
    this.rows += table.length;
    this.rejected += rejected.size;
    this.undecided += expected.filter((one) => one.outcomes.length > 1).length;
    return table;
  }

  /** @param expected the exit code, `null` for any */
  private async command(args: readonly string[], expected: number | null, date: string): Promise<Ended> {
    const ended = await runCommand([...args, '--data', this.data(), '--json']);
    if (expected !== null && ended.code !== expected) {
      this.complain(date, `${args.slice(0, 2).join(' ')} ended with ${ended.code}`, { args, ...ended });
    }
    return ended;
  }

  private data(): string {
    return join(this.folder, 'data');
  }

  private explain(difference: Difference): unknown {
    const namespace = difference.namespace as Namespace;
    const sights = this.world.shelf(namespace).seen().sights.get(difference.id);
    const judged = sights?.map((sight) =>
      sight.is === 'document' ? this.book.judge(namespace, sight.text) : sight.is,
    );
    return { ...difference, sights, judged };
  }

  private complain(date: string, what: string, detail: unknown): void {
    this.complaints.push({ seed: this.options.seed, date, what, detail });
  }
}
