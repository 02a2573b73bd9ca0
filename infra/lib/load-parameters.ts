/** Reads the parameter file, and makes the paths in it absolute. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../../src/errors.ts';
import { ParameterError, type Problem } from './checker.ts';
import type { Parameters } from './parameters.ts';
import { parseParameters } from './parse-parameters.ts';

/** @throws ParameterError */
export function loadParameters(file: string): Parameters {
  const parameters = parseParameters(readJson(file), file);
  const missing: Problem[] = [];
  const absolute = (path: string, at: string): string => {
    const found = resolve(dirname(file), path);
    if (!existsSync(found)) missing.push({ path: at, found: JSON.stringify(path), expected: 'a file that is there' });
    return found;
  };
  const modules = Object.entries(parameters.namespaceModules).map(([name, path]) => [
    name,
    absolute(path, `/namespaceModules/${name}`),
  ]);
  const { certificateAuthorityFile: ca } = parameters.lex;
  const lex = {
    ...parameters.lex,
    certificateAuthorityFile: ca === null ? null : absolute(ca, '/lex/certificateAuthorityFile'),
  };
  if (missing.length > 0) throw new ParameterError(missing, file);
  return { ...parameters, lex, namespaceModules: Object.fromEntries(modules) };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ParameterError(
      [{ path: '', found: messageOf(error), expected: 'a JSON file; begin with parameters.example.json' }],
      file,
    );
  }
}
