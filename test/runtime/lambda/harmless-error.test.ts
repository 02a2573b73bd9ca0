import { describe, expect, it } from 'vitest';
import { PermanentError } from '../../../src/errors.ts';
import { harmlessError } from '../../../src/runtime/lambda/harmless-error.ts';

describe('an error that may be told', () => {
  it.each([
    new PermanentError('PLAN_INVALID', 'There is no plan.'),
    Object.assign(new Error('User is not authorized to perform dynamodb:Query'), {
      $metadata: { httpStatusCode: 400 },
    }),
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' }),
  ])('is ours, of AWS or of the system as it is: $message', (error) => {
    expect(harmlessError(error)).toBe(error);
  });

  it('keeps name and place of any other, and loses what it says', () => {
    const error = harmlessError(new TypeError('Jane Doe is no function'));

    expect(error).toMatchObject({ name: 'TypeError' });
    expect(error.message).toContain('harmless-error.test.ts');
    expect(`${error.message}${error.stack}`).not.toContain('Jane');
  });

  it.each(['Jane Doe', null, undefined, { name: 'Jane' }])('is an Error whatever was thrown: %j', (thrown) => {
    const error = harmlessError(thrown);

    expect(error).toBeInstanceOf(Error);
    expect(error.message).not.toContain('Jane');
  });
});
