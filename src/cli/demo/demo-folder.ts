/** The demo's data folder: made anew each time, and nothing is ever deleted that a demo has not made, or that is the user's. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno, PermanentError } from '../../errors.ts';
import { makeFolder } from '../../stores/make-folder.ts';

/** Tells a demo's folder from any other. Deleted last, so that a half-deleted folder still is one. */
const MARKER = 'lexdelta-demo.json';

export interface DemoFolder {
  readonly folder: string;
  /** Whether an earlier demo's data was replaced. */
  readonly isReplaced: boolean;
  /** Folders of earlier demos that were left alone, each with what is the user's there. */
  readonly kept: readonly { readonly folder: string; readonly why: string }[];
}

/** What is the user's in the folder of a demo that has ended; goes on after "it", `null`: nothing. */
type FindOwnData = (folder: string) => Promise<string | null>;

/**
 * @param chosen the folder the user named, or `null`: the first of `<parent>/demo`, `demo-2`, … that no living demo uses and
 *   that holds nothing of the user's
 * @throws PermanentError `USAGE`: the chosen one holds something else; `STORE_BUSY`: a demo runs in it
 */
export async function makeDemoFolder(
  chosen: string | null,
  parent: string,
  findOwnData: FindOwnData,
): Promise<DemoFolder> {
  if (chosen !== null) {
    switch (await stateOf(chosen)) {
      case 'foreign':
        throw new PermanentError(
          'USAGE',
          `${chosen} holds something that no demo has made. Give another --data folder.`,
        );
      case 'busy':
        throw new PermanentError('STORE_BUSY', `A demo runs in ${chosen}.`);
      case 'free':
        return { ...(await claim(chosen, false)), kept: [] };
      case 'ended': {
        const why = await findOwnData(chosen);
        if (why !== null) throw ownData(chosen, why);
        return { ...(await claim(chosen, true)), kept: [] };
      }
    }
  }
  const kept: DemoFolder['kept'][number][] = [];
  for (let number = 1; ; number += 1) {
    const folder = join(parent, number === 1 ? 'demo' : `demo-${number}`);
    const state = await stateOf(folder);
    const why = state === 'ended' ? await findOwnData(folder) : null;
    if (why !== null) kept.push({ folder, why });
    else if (state === 'free' || state === 'ended') return { ...(await claim(folder, state === 'ended')), kept };
  }
}

function ownData(folder: string, why: string): PermanentError {
  const what = `The demo would delete what ${folder} has: it ${why}.`;
  return new PermanentError('USAGE', `${what} Give another --data folder, or delete this one yourself.`);
}

type State = 'free' | 'ended' | 'busy' | 'foreign';

async function stateOf(folder: string): Promise<State> {
  const names = await namesIn(folder);
  if (names === null) return 'foreign';
  if (names.length === 0) return 'free';
  if (!names.includes(MARKER)) return 'foreign';
  const pid = await pidOf(folder);
  return pid !== null && isAlive(pid) ? 'busy' : 'ended';
}

/** `null`: no folder but a file. */
async function namesIn(folder: string): Promise<readonly string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return [];
    if (hasErrno(error, 'ENOTDIR')) return null;
    throw error;
  }
}

async function pidOf(folder: string): Promise<number | null> {
  try {
    const marker = JSON.parse(await readFile(join(folder, MARKER), 'utf8')) as { readonly pid?: unknown };
    return typeof marker.pid === 'number' ? marker.pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasErrno(error, 'EPERM');
  }
}

async function claim(folder: string, isReplaced: boolean): Promise<Omit<DemoFolder, 'kept'>> {
  makeFolder(folder);
  const marker = JSON.stringify({ made_by: 'lexdelta demo', pid: process.pid });
  await writeFile(join(folder, MARKER), `${marker}\n`);
  for (const name of await readdir(folder)) {
    if (name !== MARKER) await rm(join(folder, name), { recursive: true, force: true });
  }
  return { folder, isReplaced };
}

/** The demo has ended: another one may take its folder. */
export async function leaveDemoFolder(folder: string): Promise<void> {
  await writeFile(join(folder, MARKER), `${JSON.stringify({ made_by: 'lexdelta demo', pid: null })}\n`);
}
