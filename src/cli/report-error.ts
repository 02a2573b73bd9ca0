import { LexdeltaError, messageOf, repairOf } from '../errors.ts';
import { InputError } from '../job/job-input.ts';
import { ImportRefusedError } from '../runtime/import-refused.ts';
import { DeliveryFaultyError, faultLines } from './deliver/delivery-faulty.ts';
import { exitCodeOfError } from './exit-codes.ts';
import { refusedLines } from './refused-lines.ts';
import { commandLines } from './terminal/command-lines.ts';
import { harmless, harmlessJson } from './terminal/harmless.ts';
import type { Terminal } from './terminal/terminal.ts';
import { wrap } from './terminal/wrap.ts';

/**
 * Tells an error and gives the exit code.
 * With `--json` it is one JSON document (`lexdelta.error/1`) on stdout, where the result would have been; else lines on
 * stderr: what happened, one line a problem, the repair.
 * @param onStderr JSON goes to stderr: stdout holds data already (`as-of` without `--output`)
 */
export function reportError(error: unknown, terminal: Terminal, onStderr = false): number {
  const exitCode = exitCodeOfError(error);
  if (terminal.isJson) {
    const text = `${harmlessJson({ ...errorBody(error), exit_code: exitCode })}\n`;
    (onStderr ? terminal.stderr : terminal.stdout).write(text);
    return exitCode;
  }
  for (const line of errorLines(error, terminal)) terminal.stderr.write(`${line}\n`);
  return exitCode;
}

function errorBody(error: unknown): object {
  const schema = 'lexdelta.error/1';
  if (!(error instanceof LexdeltaError)) return { schema, code: null, message: messageOf(error) };
  const { code, what: message, details } = error;
  const body = { schema, code, message, repair: repairOf(code, message), details };
  if (error instanceof InputError) return { ...body, problems: error.problems };
  if (error instanceof ImportRefusedError) return { ...body, files: error.counts, refused: error.refused };
  if (error instanceof DeliveryFaultyError) return { ...body, faults: error.faults };
  return body;
}

function errorLines(error: unknown, terminal: Terminal): readonly string[] {
  const paint = terminal.paintError;
  const width = terminal.errorWidth;
  if (!(error instanceof LexdeltaError)) return [`${paint('bad', '✘')} ${harmless(messageOf(error))}`];
  const head = `✘ [${error.code}] `;
  const [first = '', ...more] = wrap(together(harmless(summaryOf(error))), width, head, '  ', isPath).map(apart);
  return [
    first.replace(head, paint('bad', head)),
    ...more,
    ...itemsOf(error).flatMap((item) => wrap(harmless(item), width, '  ', '    ', isPath)),
    ...wrap(repairOf(error.code, error.what), width, '  '),
    ...commandOf(error, width),
  ];
}

function isPath(word: string): boolean {
  return word.includes('/');
}

const NO_BREAK = '\u00a0';

/** A suggestion is read in one line. */
function together(text: string): string {
  return text.replace(/Did you mean (\S+)\?/, (question) => question.replaceAll(' ', NO_BREAK));
}

function apart(line: string): string {
  return line.replaceAll(NO_BREAK, ' ');
}

/** What to run instead, where the error knows it. */
function commandOf({ details }: LexdeltaError, width: number): readonly string[] {
  const { command } = details;
  return typeof command === 'string' ? commandLines(harmless(command), width, '  run this    ', ' '.repeat(14)) : [];
}

/** Without the list that its lines repeat. */
function summaryOf(error: LexdeltaError): string {
  if (!(error instanceof InputError)) return error.what;
  return /^.*? problems?:/s.exec(error.what)?.[0] ?? error.what;
}

function itemsOf(error: LexdeltaError): readonly string[] {
  if (error instanceof InputError) {
    return error.problems.map(({ path, found, expected }) => `${path || '/'}: found ${found}, expected ${expected}`);
  }
  if (error instanceof DeliveryFaultyError) return faultLines(error.faults, Number(error.details['faults']));
  return error instanceof ImportRefusedError ? refusedLines(error.refused, Number(error.details['refused'])) : [];
}
