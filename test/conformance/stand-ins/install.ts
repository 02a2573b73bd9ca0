/**
 * Installs the stand-ins, and the readers of what is published, by package name into a folder that git ignores: DynamoDB
 * Local by Maven, the others by pip. Needs `mvn`, a JDK from 17 on, and `python3` from 3.10 on with its `venv` module. Does
 * nothing when these versions are there.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CACHE = join(import.meta.dirname, '..', '.cache');
const DYNAMODB = join(CACHE, 'dynamodb-local');
const MINISTACK = join(CACHE, 'ministack');
const READERS = join(CACHE, 'readers');

export const DYNAMODB_JARS = join(DYNAMODB, 'lib');
/** The Python that has ministack. */
export const MINISTACK_PYTHON = join(MINISTACK, 'bin', 'python');
/** The Python that has DuckDB, frictionless, and the schema of data contracts. */
export const READERS_PYTHON = join(READERS, 'bin', 'python');

export function installDynamoDbLocal(): void {
  const pom = join(import.meta.dirname, 'dynamodb-local.pom.xml');
  installOnce(DYNAMODB, pom, () =>
    run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${DYNAMODB_JARS}`]),
  );
}

export function installMinistack(): void {
  installPython(MINISTACK, MINISTACK_PYTHON, join(import.meta.dirname, 'ministack.requirements.txt'));
}

export function installReaders(): void {
  const requirements = join(import.meta.dirname, '..', 'readers', 'readers.requirements.txt');
  installPython(READERS, READERS_PYTHON, requirements);
}

function installPython(folder: string, python: string, requirements: string): void {
  installOnce(folder, requirements, () => {
    run('python3', ['-m', 'venv', folder]);
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
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
