import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

/** Which folders of `src/` a folder may import from, itself aside. `errors.ts` is everybody's. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  job: [],
  agreements: [],
  engine: [],
  lex: ['agreements'],
  stores: ['agreements'],
  publish: ['agreements', 'job', 'stores'],
  steps: ['job', 'agreements', 'lex', 'stores', 'publish'],
  enrichment: ['agreements', 'lex', 'stores'],
  runtime: ['job', 'steps', 'enrichment', 'agreements', 'lex', 'stores', 'publish', 'engine'],
  cli: ['runtime', 'job', 'steps', 'enrichment', 'agreements', 'lex', 'stores', 'publish'],
};

/** Drivers are named by the runtime alone; whoever else needs a store takes its interface. */
const DRIVERS = ['stores/embedded', 'stores/aws'];

interface Import {
  readonly file: string;
  readonly target: string;
}

function folderOf(path: string): string {
  return path.includes(sep) ? path.slice(0, path.indexOf(sep)) : '';
}

function readImports(): readonly Import[] {
  const files = globSync('**/*.ts', { cwd: src });
  expect(files.length).toBeGreaterThan(50);
  return files.flatMap((file) => {
    const text = readFileSync(join(src, file), 'utf8');
    const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1]!);
    return specifiers.map((specifier) => ({ file, target: normalize(join(dirname(file), specifier)) }));
  });
}

describe('imports', () => {
  const imports = readImports();

  it('point one way', () => {
    const wrong = imports.filter(({ file, target }) => {
      const [from, to] = [folderOf(file), folderOf(target)];
      if (from === to || target === 'errors.ts') return false;
      return from === '' || !(MAY_IMPORT[from]?.includes(to) ?? false);
    });

    expect(wrong).toEqual([]);
  });

  it('reach a driver from the runtime and from drivers only', () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        DRIVERS.some((driver) => target.startsWith(driver) && !file.startsWith(driver)) && folderOf(file) !== 'runtime',
    );

    expect(wrong.filter(({ target }) => !target.endsWith('environment.ts'))).toEqual([]);
  });

  it('leave no file that nobody can place', () => {
    const strange = globSync('*.ts', { cwd: src }).filter((file) => file !== 'errors.ts');

    expect(strange).toEqual([]);
  });
});
