/**
 * Installs the stand-ins by package name into a folder that git ignores: DynamoDB Local by Maven, ministack by pip. Needs
 * `mvn`, a JDK from 17 on, and `python3` from 3.10 on with its `venv` module. Does nothing when these versions are there.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CACHE = join(import.meta.dirname, '..', '.cache');
const DYNAMODB = join(CACHE, 'dynamodb-local');
const MINISTACK = join(CACHE, 'ministack');

export const DYNAMODB_JARS = join(DYNAMODB, 'lib');
/** The Python that has ministack. */
export const MINISTACK_PYTHON = join(MINISTACK, 'bin', 'python');

export function installDynamoDbLocal(): void {
  const pom = join(import.meta.dirname, 'dynamodb-local.pom.xml');
  installOnce(DYNAMODB, pom, () =>
    run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${DYNAMODB_JARS}`]),
  );
}

export function installMinistack(): void {
  const requirements = join(import.meta.dirname, 'ministack.requirements.txt');
  installOnce(MINISTACK, requirements, () => {
    run('python3', ['-m', 'venv', MINISTACK]);
    run(MINISTACK_PYTHON, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  });
}

/** What was asked for is written last, so that an installation that was cut short is done again. */
function installOnce(folder: string, list: string, install: () => void): void {
  const wanted = readFileSync(list, 'utf8');
  const installed = join(folder, 'installed.txt');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  install();
  writeFileSync(installed, wanted);
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
}
