/** Lex, behind its interface endpoint, with the token of Secrets Manager. */
import { readFileSync } from 'node:fs';
import { openHttpLexSource } from '../../lex/http-lex-source.ts';
import { DEFAULT_RETRY_POLICY } from '../../lex/http-retry.ts';
import type { LexSource } from '../../lex/lex-source.ts';
import { forgetLexToken, readLexToken } from '../../stores/aws/read-lex-token.ts';
import { LEX_CA_FILE_VARIABLE, readVariables } from './environment.ts';

/**
 * A page that was begun before the budget was used up must end before Lambda does. A Lex that stays silent costs
 * 3 attempts of the step × 3 requests × 20 s = 180 s, and the handler keeps back 225 s.
 */
const SILENCE_MS = 20_000;
const TOTAL_TIMEOUT_MS = 60_000;
const RETRY = { ...DEFAULT_RETRY_POLICY, attempts: 3, maxRetryAfterMs: 10_000 };

/** @throws PermanentError `CONFIG_INVALID`, `INPUT_INVALID`, and what reading the token throws */
export async function openLex(): Promise<LexSource> {
  const { lexUrl, lexTokenSecret } = readVariables(['lexUrl', 'lexTokenSecret']);
  forgetLexToken(lexTokenSecret); // Opened again after Lex refused the token: it was rotated.
  const caFile = process.env[LEX_CA_FILE_VARIABLE];
  return openHttpLexSource({
    baseUrl: lexUrl,
    token: await readLexToken(lexTokenSecret),
    ...(caFile === undefined ? {} : { tls: { ca: readFileSync(caFile, 'utf8') } }),
    headersTimeoutMs: SILENCE_MS,
    idleTimeoutMs: SILENCE_MS,
    totalTimeoutMs: TOTAL_TIMEOUT_MS,
    retry: RETRY,
  });
}
