import { describe, expect, it } from 'vitest';
import { awsError } from '../../../src/stores/aws/aws-error.ts';

function failure(name: string, rest: object = {}): Error {
  return Object.assign(new Error('as AWS says'), { name }, rest);
}

function codeOf(error: unknown): unknown {
  return (awsError(error, 'table t', 'Query') as { readonly code?: unknown }).code;
}

describe('awsError', () => {
  it.each([
    ['STORE_THROTTLED', failure('ProvisionedThroughputExceededException')],
    ['STORE_THROTTLED', failure('Unknown', { $metadata: { httpStatusCode: 429 } })],
    ['STORE_THROTTLED', failure('KMSThrottlingException')],
    ['STORE_UNREACHABLE', failure('Unknown', { $metadata: { httpStatusCode: 503 } })],
    ['STORE_UNREACHABLE', failure('Error', { code: 'ECONNRESET' })],
    ['STORE_UNREACHABLE', failure('Error', { cause: { code: 'EAI_AGAIN' } })],
    ['STORE_UNREACHABLE', failure('TimeoutError')],
    ['STORE_UNREACHABLE', failure('RequestTimeTooSkewed', { $metadata: { httpStatusCode: 403 } })],
    ['STORE_ACCESS_DENIED', failure('403', { $metadata: { httpStatusCode: 403 } })],
    ['STORE_KMS_DENIED', failure('KMS.NotFoundException', { $metadata: { httpStatusCode: 400 } })],
    ['STORE_KMS_DENIED', failure('KmsInvalidState')],
    ['AWS_CREDENTIALS_INVALID', failure('CredentialsProviderError')],
    ['AWS_CREDENTIALS_INVALID', failure('SignatureDoesNotMatch', { $metadata: { httpStatusCode: 403 } })],
    ['STORE_MISSING', failure('ResourceNotFoundException')],
    ['STORE_UNREACHABLE', cancelled('TransactionConflict', 'None', 'ThrottlingError')],
    ['STORE_THROTTLED', cancelled('ThrottlingError')],
  ])('says %s for %s', (code, error) => {
    expect(codeOf(error)).toBe(code);
  });

  it.each([
    failure('ConditionalCheckFailedException', { $metadata: { httpStatusCode: 400 } }),
    failure('NoSuchKey', { $metadata: { httpStatusCode: 404 } }),
    failure('PreconditionFailed', { $metadata: { httpStatusCode: 503 } }),
    failure('ValidationException', { $metadata: { httpStatusCode: 400 } }),
    cancelled('ConditionalCheckFailed', 'TransactionConflict'),
    cancelled(),
    new TypeError('our own'),
    'no error at all',
  ])('leaves %s as it is', (error) => {
    expect(awsError(error, 'table t', 'Query')).toBe(error);
  });

  it('keeps the words of a denial, which name the right and the role', () => {
    const error = Object.assign(failure('AccessDeniedException'), { message: 'role R may not dynamodb:PutItem on T' });
    expect(awsError(error, 'table T', 'PutItem')).toMatchObject({
      message: expect.stringContaining('role R may not dynamodb:PutItem on T'),
      details: { store: 'table T', operation: 'PutItem', error: 'AccessDeniedException' },
      cause: error,
    });
  });
});

function cancelled(...codes: string[]): Error {
  return failure('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });
}
