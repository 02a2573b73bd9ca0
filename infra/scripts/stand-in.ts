/**
 * The whole stack on this machine: a stand-in for AWS, the stack deployed to it, the sample's Lex, and one or both of the
 * sample's days run as the schedule would run them. Stays until Ctrl+C, and leaves nothing behind.
 *   npm --prefix infra run stand-in -- --days 2
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { shellWord } from '../../src/cli/define-command.ts';
import { catchStopSignals, exitCodeOfSignal } from '../../src/cli/signals.ts';
import { Terminal } from '../../src/cli/terminal/terminal.ts';
import { renderVerdict } from '../../src/cli/verdict/render-verdict.ts';
import { verdictOf } from '../../src/cli/verdict/verdict-of.ts';
import { messageOf } from '../../src/errors.ts';
import type { RunReport } from '../../src/runtime/run-report.ts';
import { type DeployedStack, deploySampleStack } from '../../test/conformance/deployment/deployed-stack.ts';
import { SAMPLE_DAYS } from '../../test/conformance/deployment/sample-lex.ts';
import { runSampleDay } from '../../test/conformance/deployment/sample-run.ts';

const terminal = new Terminal(process.stdout, process.stderr);
const signal = catchStopSignals(() => terminal.note('', 'Stopping'));

async function showStack(days: number): Promise<void> {
  const stack = await deploySampleStack({ tell: (line) => terminal.note(`${line} ...`), signal });
  const folder = mkdtempSync(join(tmpdir(), 'lexdelta-stand-in-'));
  try {
    for (const day of SAMPLE_DAYS.slice(0, days)) {
      terminal.note(`Running ${day.date} ...`);
      const report = await runSampleDay(stack, day, signal);
      tellVerdict(report, stack);
      if (verdictOf(report) !== 'published') throw new Error(`${report.run} has not published.`);
    }
    tellNext(stack, writeSettings(folder, stack));
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  } finally {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function tellVerdict(report: RunReport, { stackName }: DeployedStack): void {
  const flags = ` --aws ${stackName}`;
  const { paint, width, commandWidth } = terminal;
  const options = { paint, width, commandWidth, flags, runHint: { flags, accepted: null } };
  terminal.print('', ...renderVerdict(report, options), '');
}

function writeSettings(folder: string, { settings }: DeployedStack): string {
  const file = join(folder, 'settings.sh');
  const lines = Object.entries(settings).map(([name, value]) => `export ${name}=${shellWord(value)}\n`);
  writeFileSync(file, lines.join(''));
  return file;
}

function tellNext(stack: DeployedStack, settingsFile: string): void {
  terminal.print(
    `The stack ${stack.stackName} is deployed at ${stack.endpoint}. In another terminal:`,
    `  . ${shellWord(settingsFile)}`,
    `  npx lexdelta --aws ${stack.stackName} runs`,
    `  npx lexdelta --aws ${stack.stackName} as-of ${SAMPLE_DAYS[0].date} --format csv`,
    '',
    'Ctrl+C ends it, and removes all of it.',
  );
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
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
if (signal.aborted) process.exitCode = exitCodeOfSignal(signal);
