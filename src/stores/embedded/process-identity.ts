/** Who a process is, so that another one can tell later whether it is still there: process ids are used again. */
import { readFileSync, readlinkSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from the start of the machine to that of the process; `null` where there is no `/proc`. */
  readonly start_time: string | null;
  /** Changes with every start of the machine; `null` where there is no `/proc`. */
  readonly boot_id: string | null;
  /** Process ids count within this space only (containers); `null` where there is no `/proc`. */
  readonly pid_space: string | null;
}

export function ownIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    start_time: statFieldsOf(process.pid)?.startTime ?? null,
    boot_id: bootId(),
    pid_space: pidSpace(),
  };
}

/** Whether that very process runs. `null` when this process cannot know: the other lives in another space of ids. */
export function isRunning(identity: ProcessIdentity): boolean | null {
  if (identity.boot_id !== bootId()) return false;
  if (identity.pid_space !== pidSpace()) return null;
  if (identity.start_time === null) return answersToSignals(identity.pid);
  const fields = statFieldsOf(identity.pid);
  return fields !== null && fields.startTime === identity.start_time && !'ZX'.includes(fields.state);
}

/** `R` runs, `S` sleeps, `D` waits for the disk, `T` is stopped, `Z` has ended; `null` when there is no such process. */
export function processState(pid: number): string | null {
  return statFieldsOf(pid)?.state ?? null;
}

/** Fields 3 and 22 of `/proc/<pid>/stat`. Field 2, the name in brackets, may hold blanks and brackets itself. */
function statFieldsOf(pid: number): { readonly state: string; readonly startTime: string } | null {
  const text = readText(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
}

function answersToSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function bootId(): string | null {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

function pidSpace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
