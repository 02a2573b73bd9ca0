import { type ErrorCode, LexdeltaError } from '../errors.ts';

/** 0: succeeded; 1: failed; 2: bad input or usage, nothing was done; 3: somebody else is at work, try again later. */
export type ExitCode = 0 | 1 | 2 | 3;

/** Every code that does not simply mean 1. */
const EXIT_CODES: Partial<Readonly<Record<ErrorCode, ExitCode>>> = {
  INPUT_INVALID: 2,
  USAGE: 2,
  DATE_NOT_BEGUN: 2,
  DATE_UNEXPECTED: 2,
  DATE_OUT_OF_ORDER: 2,
  NODE_TOO_OLD: 2,
  CONFIG_INVALID: 2,
  FILE_NOT_READABLE: 2,
  FILE_NOT_WRITABLE: 2,
  IMPORT_REFUSED: 2,
  IMPORT_REMOVES_MANY: 2,
  LEX_FOLDER_INVALID: 2,
  AWS_REGION_UNKNOWN: 2,
  STACK_UNKNOWN: 2,
  STACK_INCOMPLETE: 2,
  JOB_ALREADY_RUNNING: 3,
  STORE_BUSY: 3,
};

/** After Ctrl+C and after SIGTERM or SIGHUP, as shells count them. */
export const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export function exitCodeOf(code: string | null): ExitCode {
  return EXIT_CODES[code as ErrorCode] ?? 1;
}

export function exitCodeOfError(error: unknown): ExitCode {
  return exitCodeOf(error instanceof LexdeltaError ? error.code : null);
}
