/** An error of DynamoDB, under the name that a machine's Retry and Catch see. */
export class ItemError extends Error {
  override readonly name = 'ItemError';
  /** e.g. `DynamoDB.ConditionalCheckFailedException`. */
  readonly error: string;
  constructor(exception: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.error = `DynamoDB.${exception}`;
  }
}

export function validationError(message: string, options?: ErrorOptions): ItemError {
  return new ItemError('ValidationException', message, options);
}
