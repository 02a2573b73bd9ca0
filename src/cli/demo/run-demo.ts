/** The work of `lexdelta demo`: two business days of the sample, over HTTP, from an empty folder. */

import { join, relative } from 'node:path';
import { DEFAULT_INPUT, parseJobInput } from '../../job/job-input.ts';
import { importEntityFiles, importLawFile } from '../../runtime/look-up-import.ts';
import type { RunOutcome } from '../../runtime/run-events.ts';
import type { RunReport } from '../../runtime/run-report.ts';
import { readConfig } from '../config.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { refuseStack, shellWord } from '../define-command.ts';
import { PROGRAM } from '../program-name.ts';
import { showProgress } from '../progress/display.ts';
import { sampleFolder } from '../sample.ts';
import { exitCodeOfSignal } from '../signals.ts';
import { count, plural } from '../terminal/figures.ts';
import { wrap } from '../terminal/wrap.ts';
import { renderVerdict } from '../verdict/render-verdict.ts';
import { verdictOf } from '../verdict/verdict-of.ts';
import { checkDay } from './check-day.ts';
import { leaveDemoFolder, makeDemoFolder } from './demo-folder.ts';
import { expectedDelta } from './expected-delta.ts';
import { findOwnData } from './own-data.ts';

const DAYS = [
  { date: '2021-10-20', lex: sampleFolder('lex/day-1'), before: null },
  { date: '2021-10-21', lex: sampleFolder('lex/day-2'), before: sampleFolder('lex/day-1') },
] as const;
/** Not the user's settings: the demo shows the same to everybody. */
const NAMESPACES = DEFAULT_INPUT.namespaces;

interface DayResult {
  readonly report: RunReport;
  readonly problems: readonly string[];
}

export async function runDemo(flags: GlobalFlags, context: Context): Promise<number> {
  refuseStack('demo', flags);
  const { terminal, cwd } = context;
  const config = await readConfig({ data: flags.data }, context);
  const dates = DAYS.map(({ date }) => date);
  const { folder, isReplaced, kept } = await makeDemoFolder(
    flags.data === undefined ? null : config.dataFolder,
    join(cwd, 'lexdelta-data'),
    (ended) => findOwnData(ended, dates, context.services),
  );
  for (const one of kept) {
    terminal.note(...wrap(`${pathWord(one.folder, context)} stays as it is: it ${one.why}.`, terminal.errorWidth));
  }
  const shown = pathWord(folder, context);
  terminal.note(`Data folder ${shown}${isReplaced ? ': the data of an earlier demo is replaced' : ''}`);
  terminal.note(
    ...wrap(
      `Its days, ${dates.join(' and ')}, are past on purpose: \`show\` says that Lex was read later.`,
      terminal.errorWidth,
    ),
  );
  const signal = context.catchStopSignals((name) =>
    terminal.note(`${name}: the demo ends; begin it again at any time.`),
  );
  const results: DayResult[] = [];
  try {
    await importLookUps(folder, context);
    for (const day of DAYS) {
      const result = await runDay(day, folder, context, signal);
      if (result === 'stopped') return exitCodeOfSignal(signal);
      results.push(result);
      if (verdictOf(result.report) !== 'published') break;
    }
  } finally {
    await leaveDemoFolder(folder);
  }
  return tellEnd(results, shown, folder, context);
}

async function importLookUps(folder: string, { terminal, services }: Context): Promise<void> {
  const file = (name: string) => sampleFolder(`look-ups/${name}.csv`);
  const data = await services.openData({ kind: 'folder', folder }, 'import');
  try {
    const files = { co: file('co'), cp: file('cp'), aliases: file('aliases') };
    const entities = await importEntityFiles(files, data, { allowRejects: false });
    const laws = await importLawFile(file('laws'), data, { allowRejects: false });
    for (const counts of [...entities.counts, ...laws.counts]) {
      terminal.note(`Imported ${relative(sampleFolder(''), counts.file)}: ${count(counts.new + counts.changed)} rows`);
    }
  } finally {
    await data.close();
  }
}

async function runDay(
  { date, lex, before }: (typeof DAYS)[number],
  folder: string,
  context: Context,
  signal: AbortSignal,
): Promise<DayResult | 'stopped'> {
  const { terminal, services } = context;
  const server = await services.startLex({ folder: lex, port: 0 });
  try {
    terminal.note('', `$ lexdelta run --business-date ${date} --lex ${server.url}`);
    const base = await readConfig({ data: folder, lex: server.url }, { env: {}, cwd: folder, home: folder });
    const runtime = await services.openRuntime(base);
    let outcome: RunOutcome;
    const display = showProgress(terminal, NAMESPACES, context.now);
    try {
      const namespaces = NAMESPACES.map((namespace) => ({ namespace }));
      const input = parseJobInput({ ...DEFAULT_INPUT, namespaces, business_date: date });
      outcome = await runtime.run({ input, attempt: null }, { onEvent: (event) => display.onEvent(event), signal });
    } finally {
      display.end();
      await runtime.close();
    }
    if (outcome.kind !== 'ended') return 'stopped';
    const { report } = outcome;
    if (!terminal.isJson) {
      const flags = dataFlag(folder, context);
      const runHint = { flags: ` --lex ${pathWord(lex, context)}${flags}`, accepted: null };
      const { paint, width, commandWidth, isQuiet } = terminal;
      terminal.print('', ...renderVerdict(report, { paint, width, commandWidth, isQuiet, flags, runHint }));
    }
    return { report, problems: await check(report, lex, before, folder, context) };
  } finally {
    await server.close();
  }
}

async function check(
  report: RunReport,
  today: string,
  before: string | null,
  folder: string,
  { services }: Context,
): Promise<readonly string[]> {
  const data = await services.openData({ kind: 'folder', folder }, 'read');
  try {
    return await checkDay(report, await expectedDelta(NAMESPACES, today, before), data);
  } finally {
    await data.close();
  }
}

function tellEnd(results: readonly DayResult[], shown: string, folder: string, context: Context): number {
  const { terminal } = context;
  const problems = results.flatMap((result) => result.problems);
  const isGood = results.length === DAYS.length && problems.length === 0;
  const exitCode = isGood ? 0 : 1;
  if (terminal.isJson) {
    const days = results.map(({ report }) => ({ verdict: verdictOf(report), report }));
    terminal.printJson('demo', { folder, days, problems, exit_code: exitCode });
    return exitCode;
  }
  if (!isGood) {
    terminal.print('', terminal.paint('bad', '✘ The demo did not end as it must:'));
    terminal.print(...problems.map((problem) => `  ${problem}`));
    return exitCode;
  }
  const data = dataFlag(folder, context);
  const commands = [
    `${PROGRAM} runs${data}`,
    `${PROGRAM} rejected ${DAYS[1].date} --by-rule${data}`,
    `${PROGRAM} entities pending${data}`,
    `${PROGRAM} as-of ${DAYS[1].date} --format csv${data}`,
    `${PROGRAM} run --business-date ${DAYS[1].date} --lex ${pathWord(DAYS[1].lex, context)}${data}`,
  ];
  terminal.print(
    '',
    `${terminal.paint('good', '✔ Both days are published')}, with the figures that the sample has. Look at next:`,
    ...commands.map((command) => `  ${command}`),
  );
  terminal.note(`All of it lies in ${shown} (${plural(results.length, 'run')}).`);
  return exitCode;
}

function dataFlag(folder: string, context: Context): string {
  return ` --data ${pathWord(folder, context)}`;
}

/** The path as the user would type it here. */
function pathWord(path: string, { cwd }: Context): string {
  const shown = relative(cwd, path);
  return shellWord(shown.startsWith('..') || shown === '' ? path : shown);
}
