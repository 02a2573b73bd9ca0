/** Errors between threads: structured cloning keeps neither their class nor their code. */
import { type ErrorCode, type ErrorDetails, LexdeltaError, PermanentError, TransientError } from '../errors.ts';

export interface SentError {
  readonly name: string;
  readonly message: string;
  /** Of an error of ours. */
  readonly own: { readonly code: ErrorCode; readonly what: string; readonly details: ErrorDetails } | null;
}

export function sendError(error: unknown): SentError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof LexdeltaError)) return { name, message, own: null };
  const { code, what, details } = error;
  return { name, message, own: { code, what, details } };
}

/** The error as it was thrown; a stranger's keeps its name and message. */
export function receiveError({ name, message, own }: SentError): Error {
  if (own === null) return Object.assign(new Error(message), { name });
  const Class = name === 'TransientError' ? TransientError : PermanentError;
  return new Class(own.code, own.what, own.details);
}
