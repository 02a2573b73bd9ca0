/**
 * Makes the sample from `sample/source/` and `sample/day-2-corrections.json`: two days of Lex folders and the look-up
 * files. The same input gives the same bytes. Usage: `node scripts/make-sample.ts [folder]`, default `sample/`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dayOne, dayTwo } from './sample/days.ts';
import { lookUpFiles } from './sample/look-ups.ts';
import { NAMESPACES, readSampleSource } from './sample/source.ts';

const SAMPLE = new URL('../sample/', import.meta.url);

/** Path below the sample's folder to content, for every file that is made. */
export function makeSample(folder: URL = SAMPLE): ReadonlyMap<string, string> {
  const source = readSampleSource(folder);
  const files = new Map<string, string>();
  for (const [name, day] of Object.entries({ 'day-1': dayOne(source), 'day-2': dayTwo(source) })) {
    for (const namespace of NAMESPACES) files.set(`lex/${name}/${namespace}.ndjson`, day[namespace]);
  }
  for (const [name, text] of Object.entries(lookUpFiles(source))) files.set(`look-ups/${name}`, text);
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? fileURLToPath(SAMPLE);
  for (const [path, text] of makeSample()) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
}
