import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { displayWidth } from '../../src/cli/terminal/harmless.ts';
import { RETENTION_BOUNDS } from '../../src/job/retention-policy.ts';
import { TABLE_COLUMNS } from '../../src/publish/parquet/columns.ts';
import { runCli } from './support.ts';

const COMMANDS = [
  [],
  ['run'],
  ['runs'],
  ['show'],
  ['rejected'],
  ['findings'],
  ['as-of'],
  ['entities'],
  ['entities', 'import'],
  ['entities', 'list'],
  ['entities', 'pending'],
  ['laws'],
  ['laws', 'import'],
  ['laws', 'list'],
  ['why'],
  ['deliver'],
  ['diff'],
  ['trends'],
  ['replay'],
  ['hashes'],
  ['hashes', 'rebuild'],
  ['lex'],
  ['lex', 'serve'],
  ['demo'],
];

describe('lexdelta', () => {
  it.each(COMMANDS.map((command) => ({ command })))(
    'helps on $command with examples first, in 80 columns',
    async ({ command }) => {
      const result = await runCli([...command, '-h']);

      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      expect(result.stdout).toMatch(/^Examples:\n {2}lexdelta /);
      expect(result.stdout).toContain(`Usage: lexdelta${command.map((word) => ` ${word}`).join('')}`);
      for (const line of result.stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    },
  );

  it.each(COMMANDS.map((command) => ({ command })))('helps on $command in words too', async ({ command }) => {
    expect(await runCli(['help', ...command])).toEqual(await runCli([...command, '--help']));
  });

  it('names every column of Parquet that is no field, in its order', async () => {
    const { stdout } = await runCli(['as-of', '--help']);

    const own = TABLE_COLUMNS.filter(({ field }) => field === null).map(({ name }) => name);
    const last = own.pop();
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`then ${own.join(', ')} and ${last}.`);
  });

  it('tells the bounds within which retention may be set', async () => {
    const { stdout } = await runCli(['retention', '--help']);

    for (const key of ['days', 'monthEnds', 'rawTextDays'] as const) {
      const [low, high] = RETENTION_BOUNDS[key].map((bound) => bound.toLocaleString('en-US'));
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`${low} to ${high}`);
    }
  });

  it('prints its version', async () => {
    expect(await runCli(['--version'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it.each([
    [['rum'], "Unknown command 'rum' (Did you mean run?)."],
    [['entities', 'imprt'], "Unknown command 'imprt' (Did you mean import?)."],
    [['run', '--bussiness-date', '1'], "Unknown option '--bussiness-date' (Did you mean --business-date?)."],
    [['show'], "Missing required argument 'run|date'."],
    [['as-of', '10-20-2021', '--format', 'xml'], "Option '--format <format>' argument 'xml' is invalid."],
    [['show', 'yesterday', 'and', 'today'], 'Too many arguments'],
    [['runs', '--limit', '0'], '--limit is "0", expected an integer from 1'],
    [['as-of', '02-30-2021'], '"02-30-2021" is no day of the calendar'],
    [['entities', 'import'], 'Nothing to import'],
    [['replay', '--namespace', 'mac', '--by', 'Ada'], 'Give one of --ids, --ids-file and --all.'],
    [['lex', 'serve', '--port', '70000'], '--port is "70000"'],
  ])('refuses %j with exit code 2 and says what is wrong', async (args, text) => {
    const result = await runCli(args);

    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr.replaceAll(/\n {2}/g, ' ')).toContain(text);
    expect(result.stderr).toContain('[USAGE]');
  });

  it.each([[[]], [['entities']]])('shows help on stderr and exits 2 when %j says nothing to do', async (args) => {
    const result = await runCli(args);

    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toContain('Usage: lexdelta');
  });

  it('gives usage errors as JSON on stdout', async () => {
    const result = await runCli(['runs', '--lmit', '3', '--json']);

    expect(JSON.parse(result.stdout)).toMatchObject({ schema: 'lexdelta.error/1', code: 'USAGE', exit_code: 2 });
    expect(result.stderr).toBe('');
  });

  it.each([[], ['entities'], ['hashes']])(
    'is given no command by %j, and says so to machines too',
    async (...command) => {
      const people = await runCli(command);
      const machines = await runCli([...command, '--json']);

      expect(people).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/^Examples:/) });
      expect(machines.exitCode).toBe(2);
      expect(JSON.parse(machines.stdout)).toMatchObject({ schema: 'lexdelta.error/1', code: 'USAGE', exit_code: 2 });
    },
  );

  it('tells an error that nobody foresaw by its message, and exits 1', async () => {
    const result = await runCli(['runs']);

    expect(result).toMatchObject({ exitCode: 1, stdout: '', stderr: '✘ Nothing may be opened here.\n' });
  });
});

describe('exitCodeOf', () => {
  it.each([
    [null, 1],
    ['QUERY_GATE_FAILED', 1],
    ['NO_TABLE_FOR_DATE', 1],
    ['SOME_LATER_CODE', 1],
    ['INPUT_INVALID', 2],
    ['IMPORT_REFUSED', 2],
    ['JOB_ALREADY_RUNNING', 3],
    ['STORE_BUSY', 3],
  ])('is for %s %d', (code, exitCode) => {
    expect(exitCodeOf(code)).toBe(exitCode);
  });
});
