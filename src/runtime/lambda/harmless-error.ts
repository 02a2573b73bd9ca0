/**
 * An error that may be told to logs and to the execution's history. Our own errors and those of AWS and of the system
 * hold ids, counts and names; what the language itself throws may quote a document (`JSON.parse` does).
 */
import { LexdeltaError } from '../../errors.ts';

/** @returns `error` itself, or one of the same name, whose message says only where it came from */
export function harmlessError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('Something that is no Error was thrown.');
  if (error instanceof LexdeltaError || isOfAws(error) || isOfSystem(error)) return error;
  const frame = error.stack?.split('\n').find((line) => line.startsWith('    at '));
  const harmless = new Error(`An unexpected ${error.name}${frame === undefined ? '' : `, ${frame.trim()}`}.`);
  harmless.name = error.name;
  harmless.stack = `${harmless.message}\n${
    error.stack
      ?.split('\n')
      .filter((line) => line.startsWith('    at '))
      .join('\n') ?? ''
  }`;
  return harmless;
}

function isOfAws(error: Error): boolean {
  return '$metadata' in error;
}

function isOfSystem(error: Error): boolean {
  return 'code' in error && 'syscall' in error;
}
