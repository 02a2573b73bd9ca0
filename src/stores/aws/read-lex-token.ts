import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PermanentError } from '../../errors.ts';
import { createSecretsManagerClient } from './create-aws-clients.ts';
import { Pace, type PaceOptions } from './pace.ts';

/** One token a process and secret: a Lambda lives for hours at most, so a rotated token is read soon. */
const tokens = new Map<string, Promise<string>>();

/**
 * The token for Lex: the secret's whole text, or the field `token` where the text is a JSON object. Read once a process.
 * It is never logged, and stands in no error.
 *
 * Rights: `secretsmanager:GetSecretValue` on the secret; on its key, via Secrets Manager: `kms:Decrypt`.
 * @param secretId name or ARN
 * @throws PermanentError `LEX_TOKEN_MISSING`, and as {@link Pace.run}
 */
export function readLexToken(
  secretId: string,
  client: SecretsManagerClient = createSecretsManagerClient(),
  options?: PaceOptions,
): Promise<string> {
  const known = tokens.get(secretId);
  if (known !== undefined) return known;
  const token = readSecret(secretId, client, options);
  tokens.set(secretId, token);
  token.catch(() => tokens.delete(secretId)); // A failure is not kept: the next call asks again.
  return token;
}

/** So that the next call reads it again: Lex refused the token that was read. */
export function forgetLexToken(secretId: string): void {
  tokens.delete(secretId);
}

async function readSecret(secretId: string, client: SecretsManagerClient, options?: PaceOptions): Promise<string> {
  const command = new GetSecretValueCommand({ SecretId: secretId });
  const pace = new Pace(`secret ${secretId}`, options);
  const { SecretString } = await pace.run('GetSecretValue', () => client.send(command));
  const token = tokenOf(SecretString ?? '').trim();
  if (token !== '') return token;
  throw new PermanentError('LEX_TOKEN_MISSING', `The secret \`${secretId}\` holds no token.`, { secret: secretId });
}

function tokenOf(text: string): string {
  if (!text.trimStart().startsWith('{')) return text;
  try {
    const { token } = JSON.parse(text) as { readonly token?: unknown };
    return typeof token === 'string' ? token : '';
  } catch {
    return text; // A token may begin with a brace.
  }
}
