/** The sample as Lex serves it, one day after the other at the same address. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLexServer } from '../../../src/lex/lex-server.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', '..', 'sample');

/** The sample's business dates, and the folder of each. */
export const SAMPLE_DAYS = [
  { date: '2021-10-20', folder: join(SAMPLE, 'lex', 'day-1') },
  { date: '2021-10-21', folder: join(SAMPLE, 'lex', 'day-2') },
] as const;
export type SampleDay = (typeof SAMPLE_DAYS)[number];

export function sampleLookUps(name: 'co' | 'cp' | 'aliases' | 'laws'): string {
  return join(SAMPLE, 'look-ups', `${name}.csv`);
}

/** The commands that put the sample's look-ups in. */
export function importsOfSample(): readonly (readonly string[])[] {
  const entities = (['co', 'cp', 'aliases'] as const).flatMap((name) => [`--${name}`, sampleLookUps(name)]);
  return [
    ['entities', 'import', ...entities],
    ['laws', 'import', sampleLookUps('laws')],
  ];
}

export interface SampleLex {
  readonly url: string;
  /** From now on Lex is as on that day. */
  show(day: SampleDay): void;
  stop(): Promise<void>;
}

/** Shows the first day. */
export async function serveSampleLex(token: string): Promise<SampleLex> {
  const folder = mkdtempSync(join(tmpdir(), 'lexdelta-lex-'));
  const show = (day: SampleDay): void => {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(day.folder)) {
      copyFileSync(join(day.folder, name), join(folder, `${name}.new`));
      renameSync(join(folder, `${name}.new`), join(folder, name));
    }
  };
  show(SAMPLE_DAYS[0]);
  const server = await startLexServer({ folder, port: 0, token });
  const stop = async (): Promise<void> => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: server.url, show, stop };
}
