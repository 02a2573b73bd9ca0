/** Makes `docs/errors.md` from `src/errors.ts` and the exit codes. `--check` only tells whether it is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exitCodeOf } from '../src/cli/exit-codes.ts';
import { type ErrorCode, REPAIRS } from '../src/errors.ts';

const target = fileURLToPath(new URL('../docs/errors.md', import.meta.url));

/** The page's whole text. */
export function makeErrorsDoc(): string {
  const rows = (Object.keys(REPAIRS) as ErrorCode[]).map(
    (code) => `| \`${code}\` | ${exitCodeOf(code)} | ${REPAIRS[code]} |`,
  );
  return [
    '# Errors',
    '',
    'Every error that lexdelta raises has one of these codes, on a terminal as `[CODE] what happened. What to do.`, with',
    '`--json` as `{"schema":"lexdelta.error/1","code":…}`. Codes are permanent. Made from `src/errors.ts` by',
    '`node scripts/make-errors-doc.ts`.',
    '',
    'A document that breaks a rule is no error: it is rejected with findings, see `lexdelta rejected <run>`.',
    '',
    '| code | exit code | what to do |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) process.exitCode = readFileSync(target, 'utf8') === makeErrorsDoc() ? 0 : 1;
  else writeFileSync(target, makeErrorsDoc());
}
