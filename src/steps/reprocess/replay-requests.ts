/**
 * An operator's requests to transform documents again: `replay/<number, nine digits>.json` in JobDailyA3Data, written once
 * each, numbered from 000000001 without holes.
 */
import { PermanentError } from '../../errors.ts';
import type { JobDailyA3Data } from '../../stores/job-daily-a3-data.ts';

export interface ReplayRequest {
  readonly format: 1;
  /** Who asked, and when (ISO). */
  readonly by: string;
  readonly at: string;
  readonly documents: readonly { readonly namespace: string; readonly lex_id: string }[];
  /** Namespaces to be transformed as a whole. */
  readonly namespaces: readonly string[];
  /** Whether every look-up row that any document used is compared with the one that is there now. Absent: it is not. */
  readonly look_ups?: boolean;
}

export function replayKey(number: number): string {
  return `replay/${String(number).padStart(9, '0')}.json`;
}

/**
 * The requests above `after`, ascending.
 * @param end number of the last one to read; `null`: all that there are
 * @throws PermanentError `STORE_CORRUPT`
 */
export async function* readReplayRequests(
  a3: Pick<JobDailyA3Data, 'get'>,
  after: number,
  end: number | null = null,
): AsyncIterable<{ readonly number: number; readonly request: ReplayRequest }> {
  for (let number = after + 1; end === null || number <= end; number += 1) {
    const key = replayKey(number);
    const body = await a3.get(key);
    if (body === null) return;
    yield { number, request: parseRequest(key, body) };
  }
}

function parseRequest(key: string, body: Buffer): ReplayRequest {
  try {
    const request: unknown = JSON.parse(body.toString('utf8'));
    if (isReplayRequest(request)) return request;
  } catch {
    // Told below, as any other text that is no request.
  }
  throw new PermanentError('STORE_CORRUPT', `\`${key}\` is no replay request.`, { key });
}

function isReplayRequest(value: unknown): value is ReplayRequest {
  const request = value as Partial<ReplayRequest> | null;
  if (request?.format !== 1 || !Array.isArray(request.documents) || !Array.isArray(request.namespaces)) return false;
  return (
    (request.look_ups === undefined || typeof request.look_ups === 'boolean') &&
    request.documents.every((one) => typeof one?.namespace === 'string' && typeof one.lex_id === 'string') &&
    request.namespaces.every((namespace) => typeof namespace === 'string')
  );
}
