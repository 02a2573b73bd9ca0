import { createHash } from 'node:crypto';
import { DEFAULT_RETENTION } from '../../../src/job/retention-policy.ts';
import type { Manifest } from '../../../src/publish/published.ts';
import type { TextsRecord } from '../../../src/publish/retention/texts-record.ts';

/** What retention writes before it deletes all raw texts of a day. */
export function textsRecordOf(manifest: Manifest, by: string): TextsRecord {
  const { business_date, attempt, shards } = manifest;
  const manifest_sha256 = createHash('sha256')
    .update(`${JSON.stringify(manifest, null, 1)}\n`)
    .digest('hex');
  const parts = shards.flatMap(({ texts }) => (texts == null ? [] : [{ path: texts.path, bytes: texts.bytes }]));
  const decided = { rule: { ...DEFAULT_RETENTION, newest: '2021-11-08' }, by, decided_at: '2021-11-08T22:00:00.000Z' };
  return { format: 1, business_date, attempt, manifest_sha256, parts, ...decided };
}
