/** Tells what an error of an AWS client means for us, by its name, its status and, for the network, its code. */

/**
 * - `throttled`, `unreachable`: the same call may succeed in a moment;
 * - `denied`, `kms`, `credentials`, `missing`: somebody has to mend something first;
 * - `null`: the caller must know (a condition that failed, a key that is not there) or it is a defect.
 */
export type FailureKind = 'throttled' | 'unreachable' | 'denied' | 'kms' | 'credentials' | 'missing' | null;

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'ProvisionedThroughputExceeded',
  'ThrottlingException',
  'ThrottlingError',
  'Throttling',
  'ThrottledException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'TooManyRequestsException',
  'SlowDown',
  'BandwidthLimitExceeded',
  'KmsThrottled',
  'KMSThrottlingException',
  'KmsThrottlingException',
  'KMS.ThrottlingException',
]);

const UNREACHABLE = new Set([
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
  'InternalServerError',
  'InternalServiceError',
  'InternalError',
  'InternalFailure',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'IncompleteBody',
  // A clock that is off: the client learns the difference from this answer, and signs the next call right.
  'RequestTimeTooSkewed',
  'RequestExpired',
  // Two transactions met on one item.
  'TransactionConflict',
  'TransactionConflictException',
  'TransactionInProgressException',
  'ReplicatedWriteConflictException',
]);

/** S3's refusals of a completed upload; they may come with any status, since the answer has begun with 200. */
const REFUSALS = new Set(['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchUpload', 'InvalidPart']);

const NETWORK = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

const CREDENTIALS = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
  'CredentialsProviderError',
  'TokenProviderError',
]);

const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'AccountProblem', 'AllAccessDisabled', 'Forbidden']);

const MISSING = new Set(['ResourceNotFoundException', 'NoSuchBucket', 'QueueDoesNotExist', 'StateMachineDoesNotExist']);

/** What KMS itself refuses, under the names of S3 (`KMS.…`), SQS (`Kms…`), DynamoDB (`KMS…`) and Secrets Manager. */
const KMS = /^(?:kms[.A-Z]|inaccessibleencryption|decryptionfailure$|encryptionfailure$)/i;

export function failureKind(error: unknown): FailureKind {
  if (!(error instanceof Error)) return null;
  const { name } = error;
  if (name === 'TransactionCanceledException') return kindOfCancellation(error);
  if (THROTTLED.has(name)) return 'throttled';
  if (UNREACHABLE.has(name) || NETWORK.has(networkCodeOf(error))) return 'unreachable';
  if (CREDENTIALS.has(name)) return 'credentials';
  if (KMS.test(name)) return 'kms';
  if (MISSING.has(name)) return 'missing';
  const status = statusOf(error);
  if (DENIED.has(name) || status === 403) return /\bkms:|\bKMS\b/.test(error.message) ? 'kms' : 'denied';
  if (REFUSALS.has(name)) return null;
  if (status === 429) return 'throttled';
  return status !== null && status >= 500 ? 'unreachable' : null;
}

/** Status of the answer; `null` when there was none. */
export function statusOf(error: unknown): number | null {
  const metadata = fieldOf(error, '$metadata');
  const status = fieldOf(metadata, 'httpStatusCode');
  return typeof status === 'number' ? status : null;
}

/** A transaction is called off for several reasons; worth another try when each of them is. */
function kindOfCancellation(error: Error): FailureKind {
  const reasons = fieldOf(error, 'CancellationReasons');
  if (!Array.isArray(reasons)) return null;
  const codes = reasons.map((reason) => String(fieldOf(reason, 'Code') ?? 'None')).filter((code) => code !== 'None');
  if (codes.length === 0) return null;
  if (codes.every((code) => THROTTLED.has(code))) return 'throttled';
  return codes.every((code) => THROTTLED.has(code) || UNREACHABLE.has(code)) ? 'unreachable' : null;
}

function networkCodeOf(error: Error): string {
  const code = fieldOf(error, 'code') ?? fieldOf(error.cause, 'code');
  return typeof code === 'string' ? code : '';
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
}
