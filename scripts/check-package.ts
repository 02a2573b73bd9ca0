/**
 * Packs the project, installs that file in an empty folder elsewhere, and runs two days of the sample there: what a
 * user of the published package gets, worker threads included. Needs the npm registry for the dependencies.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lexdelta-package-'));
const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });

try {
  run('npm', ['pack', '--silent', '--pack-destination', folder], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no file.');
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', `./${tarball}`], folder);

  const bin = join(folder, 'node_modules', '.bin', 'lexdelta');
  const sample = join(folder, 'node_modules', 'lexdelta', 'sample');
  const data = join(folder, 'data');
  run(
    bin,
    [
      'entities',
      'import',
      '--co',
      join(sample, 'look-ups/co.csv'),
      '--cp',
      join(sample, 'look-ups/cp.csv'),
      '--aliases',
      join(sample, 'look-ups/aliases.csv'),
      '--data',
      data,
    ],
    folder,
  );
  run(bin, ['laws', 'import', join(sample, 'look-ups/laws.csv'), '--data', data], folder);
  for (const [date, day] of [
    ['10-20-2021', 'day-1'],
    ['10-21-2021', 'day-2'],
  ] as const) {
    run(bin, ['run', '--business-date', date, '--lex', join(sample, 'lex', day), '--data', data], folder);
  }
  const rows = run(bin, ['as-of', '10-21-2021', '--format', 'ndjson', '--data', data], folder).trimEnd().split('\n');
  const keys = Object.keys(JSON.parse(rows[0] ?? '{}') as object);
  if (rows.length < 400 || keys.length !== 20)
    throw new Error(`The table has ${rows.length} rows of ${keys.length} fields.`);
  console.log(`The package works where it is installed: ${rows.length} rows as of 2021-10-21.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
