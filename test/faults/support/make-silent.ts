import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INCARNATIONS, type IncarnationRecord } from '../../../src/stores/embedded/guard.ts';
import { readHeartbeat, SILENT_AFTER_MS } from '../../../src/stores/embedded/heartbeat.ts';
import { withStores } from './data-folder.ts';

/** Lets a stopped process look as if its last sign of life were long ago. */
export async function makeSilent(data: string, execution: string): Promise<void> {
  const heartbeat = readHeartbeat(data, execution)!;
  const time_ms = heartbeat.time_ms - SILENT_AFTER_MS - 1_000;
  const file = join(data, 'heartbeats', execution, `${heartbeat.incarnation}.json`);
  await writeFile(file, JSON.stringify({ ...heartbeat, time_ms }));
  await withStores(data, async ({ environment }) => {
    const records = environment.table<IncarnationRecord>(INCARNATIONS, 'json');
    await environment.commit(() => records.put(execution, { ...records.get(execution)!, time_ms }));
  });
}
