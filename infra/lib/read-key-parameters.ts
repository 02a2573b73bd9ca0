/** Keys that the stack uses in the place of its own. */
import type { Checker } from './checker.ts';
import type { Parameters } from './parameters.ts';

export const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;

export function readKeys(all: Checker): Parameters['keys'] {
  const keys = all.optionalPart('keys');
  const arn = (field: string) => keys?.optionalText(field, KEY_ARN, 'the ARN of a key (not of an alias)') ?? null;
  return { dataKeyArn: arn('dataKeyArn'), operationsKeyArn: arn('operationsKeyArn') };
}
