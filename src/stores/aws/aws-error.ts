import { type ErrorCode, messageOf, PermanentError, TransientError } from '../../errors.ts';
import { type FailureKind, failureKind } from './failure-kind.ts';

type Told = Exclude<FailureKind, null>;

const CODES: Readonly<Record<Told, ErrorCode>> = {
  throttled: 'STORE_THROTTLED',
  unreachable: 'STORE_UNREACHABLE',
  denied: 'STORE_ACCESS_DENIED',
  kms: 'STORE_KMS_DENIED',
  credentials: 'AWS_CREDENTIALS_INVALID',
  missing: 'STORE_MISSING',
};

const SENTENCES: Readonly<Record<Told, string>> = {
  throttled: 'took no more requests, for all our waiting',
  unreachable: 'gave no answer, for all our asking',
  denied: 'may not be used like this by the role that asked',
  kms: 'has a key that the role may not use, or that is disabled', // Short: a slice tells 100 signs of its cause.
  credentials: 'was asked with credentials that AWS does not accept',
  missing: 'is not there',
};

/** Why is not told: what a credential process or a profile says may hold a secret. */
const NO_CREDENTIALS = 'was not asked: no credentials were found, or they cannot be renewed';

/**
 * The typed error for a failed call, or `error` itself when it is none that we understand. AWS's own words are kept for
 * denials: they name the right and the role, which is what has to be mended.
 * @param store what was asked, as an operator knows it, for example `table lexdelta-Entity`
 */
export function awsError(error: unknown, store: string, operation: string): unknown {
  const kind = failureKind(error);
  if (kind === null) return error;
  const name = error instanceof Error ? error.name : 'Error';
  const words = kind === 'denied' || kind === 'kms' ? `: ${messageOf(error)}` : '';
  const sentence = name.endsWith('ProviderError') ? NO_CREDENTIALS : SENTENCES[kind];
  const what = `The ${store} ${sentence} (${operation}, ${name}${words}).`;
  const details = { store, operation, error: name };
  const Kind = kind === 'throttled' || kind === 'unreachable' ? TransientError : PermanentError;
  return new Kind(CODES[kind], what, details, { cause: error });
}
