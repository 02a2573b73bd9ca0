import { validateQueryFunction } from '../functions.ts';
import { lambdaHandler } from './lambda-handler.ts';

export const handler = lambdaHandler('ValidateNamespacesQueryingProcess', () => validateQueryFunction());
