/** Installs the oracle by package name into a folder that git ignores. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** moto carries the interpreter; the others are what its Step Functions and its server import. */
const PACKAGES = [
  'moto==5.2.5',
  'antlr4-python3-runtime==4.13.2',
  'boto3==1.44.5',
  'flask==3.1.3',
  'flask-cors==6.0.5',
  'jsonpath-ng==1.16.0',
];

const FOLDER = join(import.meta.dirname, '..', '.cache', 'oracle');
/** Written last, so that an installation that was cut short is done again. */
const INSTALLED = join(FOLDER, 'installed.txt');

/** The Python that has the oracle's packages. */
export const ORACLE_PYTHON = join(FOLDER, 'bin', 'python');

/** Needs `python3` from 3.10 on, with its `venv` module. Does nothing when these versions are there already. */
export function installOracle(): void {
  const wanted = PACKAGES.join('\n');
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return;
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  execFileSync('python3', ['-m', 'venv', FOLDER], { stdio: 'inherit' });
  execFileSync(ORACLE_PYTHON, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES], {
    stdio: 'inherit',
  });
  writeFileSync(INSTALLED, wanted);
}
