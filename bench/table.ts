/**
 * Time and memory of the stages that go through a whole table, by its size: `node bench/table.ts [--rows 200000,2000000]`.
 * Publishes two days of it (`table/make-day.ts`) below `--folder` (default: a temporary one), and runs each stage of the
 * second in a process of its own, started as the program itself is, so that its peak memory is its own. The plain loop reads
 * the bytes that the stage reads, decompressed, and writes as many as the stage writes, in a process that is started alike.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MEMORY_ENVIRONMENT, MEMORY_FLAGS } from '../bin/memory-flags.js';
import { STAGES, type StageName } from './table/stages.ts';

interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '200000,2000000' },
    folder: { type: 'string' },
    /** Of a process that this one starts. */
    stage: { type: 'string' },
    loop: { type: 'boolean', default: false },
  },
});

async function work(name: StageName, folder: string, rows: number, isLoop: boolean): Promise<void> {
  const stage = STAGES[name];
  const begun = performance.now();
  await (isLoop ? stage.loop(folder) : stage.run(folder, rows));
  const seconds = (performance.now() - begun) / 1000;
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
  process.stdout.write(JSON.stringify({ seconds, cpuSeconds, peakMiB: maxRSS / 1024 }));
}

function measure(name: StageName, folder: string, rows: number, isLoop: boolean): Measured {
  const self = fileURLToPath(import.meta.url);
  const args = [
    ...MEMORY_FLAGS,
    self,
    '--stage',
    name,
    '--folder',
    folder,
    '--rows',
    String(rows),
    ...(isLoop ? ['--loop'] : []),
  ];
  const { stdout, status } = spawnSync(process.execPath, args, {
    env: { ...process.env, ...MEMORY_ENVIRONMENT },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${name} of ${rows} rows failed.`);
  return JSON.parse(stdout.toString()) as Measured;
}

function line(name: StageName, rows: number, stage: Measured, loop: Measured | null): string {
  const perSecond = Math.round(rows / stage.seconds).toLocaleString('en-US');
  const figures = [
    name.padEnd(10),
    rows.toLocaleString('en-US').padStart(10),
    `${stage.seconds.toFixed(1)} s`.padStart(9),
    `${stage.cpuSeconds.toFixed(1)} s`.padStart(9),
    perSecond.padStart(9),
    `${Math.round(stage.peakMiB)} MiB`.padStart(9),
    ...(loop === null
      ? []
      : [`${loop.seconds.toFixed(1)} s`.padStart(11), `${Math.round(loop.peakMiB)} MiB`.padStart(9)]),
    ...(loop === null ? [] : [(stage.seconds / loop.seconds).toFixed(1).padStart(6)]),
  ];
  return figures.join(' ');
}

async function main(): Promise<void> {
  console.log('stage            rows      time       cpu    rows/s      peak  plain loop      peak  ratio');
  for (const rows of flags.rows.split(',').map(Number)) {
    const folder = flags.folder ?? (await mkdtemp(join(tmpdir(), 'lexdelta-')));
    try {
      for (const name of Object.keys(STAGES) as StageName[]) {
        const stage = measure(name, folder, rows, false);
        if (STAGES[name].isShown) console.log(line(name, rows, stage, measure(name, folder, rows, true)));
      }
    } finally {
      if (flags.folder === undefined) await rm(folder, { recursive: true, force: true });
    }
  }
}

if (flags.stage === undefined) await main();
else await work(flags.stage as StageName, flags.folder ?? '', Number(flags.rows), flags.loop);
