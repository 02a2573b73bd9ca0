import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { processState } from './process-identity.ts';

/**
 * The process that most likely holds the write lock of an LMDB file: one that has it open and is stopped (`T`), else one
 * that waits for the disk (`D`), else any. LMDB itself does not tell. `null` where there is no `/proc`, or nobody else.
 */
export function whoHolds(dataFile: string): number | null {
  const lockFile = join(dirname(dataFile), 'lock.mdb');
  const others = processIds().filter((pid) => pid !== process.pid && mapsFile(pid, lockFile));
  const inState = (states: string) => others.find((pid) => states.includes(processState(pid) ?? '-'));
  return inState('Tt') ?? inState('D') ?? others[0] ?? null;
}

function processIds(): readonly number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Processes of other users cannot be looked into: they count as not having it open. */
function mapsFile(pid: number, file: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/maps`, 'utf8').includes(` ${file}\n`);
  } catch {
    return false;
  }
}
