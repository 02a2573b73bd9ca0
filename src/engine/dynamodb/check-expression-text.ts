import { PermanentError } from '../../errors.ts';
import { parseCondition } from './condition.ts';
import { type ExpressionKind, ExpressionTokens } from './expression-tokens.ts';
import { parseUpdate } from './update.ts';

/** What is wrong with an expression that a definition gives as plain text, or null. */
export function checkExpressionText(kind: ExpressionKind, text: string): string | null {
  try {
    const tokens = new ExpressionTokens(kind, text);
    if (kind === 'ConditionExpression') parseCondition(tokens);
    else parseUpdate(tokens);
    return null;
  } catch (error) {
    if (error instanceof PermanentError) return error.what;
    throw error;
  }
}
