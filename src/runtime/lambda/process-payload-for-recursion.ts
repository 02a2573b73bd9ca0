import { processPayloadFunction } from '../functions.ts';
import { lambdaHandler } from './lambda-handler.ts';

export const handler = lambdaHandler('ProcessPayloadForRecursion', () => processPayloadFunction());
