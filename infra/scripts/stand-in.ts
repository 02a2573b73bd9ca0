/**
 * The whole stack on this machine: a stand-in for AWS, the stack deployed to it, the sample's Lex, and one or both of the
 * sample's days run from the command line. Stays until Ctrl+C, and leaves nothing behind.
 *   npm --prefix infra run stand-in -- --days 2
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { shellWord } from '../../src/cli/define-command.ts';
import { catchStopSignals, exitCodeOfSignal } from '../../src/cli/signals.ts';
import { messageOf } from '../../src/errors.ts';
import { type DeployedStack, deploySampleStack } from '../../test/conformance/deployment/deployed-stack.ts';
import { SAMPLE_DAYS } from '../../test/conformance/deployment/sample-lex.ts';

const LEXDELTA = fileURLToPath(new URL('../../bin/lexdelta.js', import.meta.url));

const note = (line: string): void => void process.stderr.write(`${line}\n`);
const signal = catchStopSignals(() => note('\nStopping'));

async function showStack(days: number): Promise<void> {
  const stack = await deploySampleStack({ tell: (line) => note(`${line} ...`), signal });
  const folder = mkdtempSync(join(tmpdir(), 'lexdelta-stand-in-'));
  try {
    for (const day of SAMPLE_DAYS.slice(0, days)) {
      stack.lex.show(day);
      await lexdelta(stack, 'run', '--business-date', day.date);
    }
    tellNext(stack, writeSettings(folder, stack));
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  } finally {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Shown as whoever types it sees it. @throws Error when it fails */
async function lexdelta({ stackName, environment: env }: DeployedStack, ...args: readonly string[]): Promise<void> {
  const words = ['--aws', stackName, ...args];
  note(`\n$ npx lexdelta ${words.join(' ')}`);
  const child = spawn(process.execPath, [LEXDELTA, ...words], { stdio: 'inherit', env, signal });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`lexdelta ${args[0]} ended with ${code}.`);
}

function writeSettings(folder: string, { settings }: DeployedStack): string {
  const file = join(folder, 'settings.sh');
  const lines = Object.entries(settings).map(([name, value]) => `export ${name}=${shellWord(value)}\n`);
  writeFileSync(file, lines.join(''));
  return file;
}

function tellNext({ stackName, endpoint }: DeployedStack, settingsFile: string): void {
  note(`
The stack ${stackName} is deployed at ${endpoint}. In another terminal:
  . ${shellWord(settingsFile)}
  npx lexdelta --aws ${stackName} runs
  npx lexdelta --aws ${stackName} as-of ${SAMPLE_DAYS[0].date} --format csv

Ctrl+C ends it, and removes all of it.`);
}

function readDays(): number {
  const { values } = parseArgs({ options: { days: { type: 'string', default: '1' } } });
  if (!/^[12]$/.test(values.days)) throw new Error('--days is 1 or 2: the sample has two.');
  return Number(values.days);
}

try {
  await showStack(readDays());
} catch (error) {
  if (!signal.aborted) {
    note(messageOf(error));
    process.exitCode = 1;
  }
}
if (signal.aborted) process.exitCode = exitCodeOfSignal(signal);
