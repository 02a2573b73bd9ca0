/**
 * `npm run bench`: our query stage beside two baselines in the same run, interleaved; ratios of medians, peak memory.
 *   --documents N   documents in the generated namespace (200000)
 *   --large N       also one round with so many, for the memory: none when 0 (0; the aim is judged at 1000000)
 *   --rounds N      rounds of all contenders (3)
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { MEMORY_ENVIRONMENT, MEMORY_FLAGS } from '../bin/memory-flags.js';
import type { Figures, Task } from './contender.ts';
import { CHANGED_EVERY, writeNamespace } from './namespace.ts';
import { prepareHashes } from './prepare.ts';

const CONTENDERS = { ours: ['ours.ts'], loop: ['loop.ts', 'raw'], canonical: ['loop.ts', 'canonical'] } as const;
type Contender = keyof typeof CONTENDERS;
const PAGE_SIZE = 1000;
const run = promisify(execFile);

function file(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

async function startServer(folder: string): Promise<{ readonly url: string; readonly process: ChildProcess }> {
  const child = spawn(process.execPath, [file('server.ts'), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: url.toString().trim(), process: child };
}

async function measure(contender: Contender, task: Task): Promise<Figures> {
  const [script, ...mode] = CONTENDERS[contender];
  // The program starts itself with these; a plain loop is plain Node.
  const [flags, more] = contender === 'ours' ? [MEMORY_FLAGS, MEMORY_ENVIRONMENT] : [[], {}];
  const env = { ...process.env, ...more };
  const args = [...flags, file(script), JSON.stringify(task), ...mode];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 1 << 24, env });
  const figures = JSON.parse(stdout.trim().split('\n').at(-1)!) as Figures;
  const expected = Math.ceil(task.documents / CHANGED_EVERY);
  if (figures.documents !== task.documents || figures.changed !== expected) {
    throw new Error(
      `${contender} found ${figures.changed} changed of ${figures.documents}, expected ${expected} of ${task.documents}.`,
    );
  }
  return figures;
}

/** All contenders, one after the other, `rounds` times over the same namespace. */
async function compare(documents: number, rounds: number): Promise<Record<Contender, readonly Figures[]>> {
  const parent = file(`.data/${documents}`);
  console.error(`preparing ${documents.toLocaleString('en-US')} documents`);
  await writeNamespace(join(parent, 'lex'), documents);
  const folder = await prepareHashes(parent, documents);
  const server = await startServer(join(parent, 'lex'));
  const results: Record<Contender, Figures[]> = { ours: [], loop: [], canonical: [] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const contender of Object.keys(CONTENDERS) as Contender[]) {
        const task = { lexUrl: server.url, folder, documents, pageSize: PAGE_SIZE };
        const figures = await measure(contender, task);
        results[contender].push(figures);
        console.error(`round ${round + 1}  ${contender.padEnd(10)} ${Math.round(documents / (figures.ms / 1000))}/s`);
      }
    }
  } finally {
    server.process.kill();
  }
  return results;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function printTable(documents: number, results: Record<Contender, readonly Figures[]>): void {
  const ours = median(results.ours.map(({ ms }) => ms));
  console.log(`\n${documents.toLocaleString('en-US')} documents, 1 % changed, ${availableParallelism()} cores`);
  console.log('contender    documents/s   ours ÷ it   peak MiB');
  for (const contender of Object.keys(CONTENDERS) as Contender[]) {
    const ms = median(results[contender].map((figures) => figures.ms));
    const peak = Math.max(...results[contender].map(({ peakMiB }) => peakMiB));
    const rate = Math.round(documents / (ms / 1000)).toLocaleString('en-US');
    console.log(
      `${contender.padEnd(11)} ${rate.padStart(12)} ${(ms / ours).toFixed(2).padStart(11)} ${peak.toFixed(0).padStart(10)}`,
    );
  }
}

const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '200000' },
    large: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '3' },
  },
});
const small = Number(values.documents);
const large = Number(values.large);
const results = await compare(small, Number(values.rounds));
printTable(small, results);
if (large > 0) {
  const again = await compare(large, 1);
  printTable(large, again);
  const [before, after] = [results, again].map((each) => Math.max(...each.ours.map(({ peakMiB }) => peakMiB)));
  console.log(`\nour peak memory, ${small} → ${large} documents: ${before!.toFixed(0)} → ${after!.toFixed(0)} MiB`);
}
