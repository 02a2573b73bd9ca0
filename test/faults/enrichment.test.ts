import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aliasItem, entityItem } from '../../src/agreements/make-look-up-items.ts';
import { enrichFromQueue } from '../../src/enrichment/enrich.ts';
import { startEntityServer } from '../../src/enrichment/entity-server.ts';
import { openHttpEntityService } from '../../src/enrichment/http-entity-service.ts';
import type { LocalServer } from '../../src/lex/local-server.ts';
import { openPublishedDay, readRejected, resolveAsOf } from '../../src/publish/read-published.ts';
import { MemoryEntityTable } from '../fakes/memory-look-ups.ts';
import { withStores } from './support/data-folder.ts';
import { History } from './support/history.ts';
import { documentId } from './support/lex-books.ts';

/** Two days a test. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const [ONE, TWO] = ['2021-10-20', '2021-10-21'] as const;

let history: History;
let known: MemoryEntityTable;
let service: LocalServer;
beforeEach(async () => {
  history = await History.begin();
  history.books.putMany('mac', 1, 6).put('mac', 3, { counterparty: 'Stranger Ltd' });
  known = new MemoryEntityTable();
  service = await startEntityServer({ entities: known, port: 0 });
});
afterEach(async () => {
  await service.close();
  await history.end();
});

describe('an unknown entity, asked for by a run', () => {
  it('is filled in from an entity service, and the next run publishes its document', async () => {
    const lei = '5493003GCX71N8988W38';
    await known.putAll([entityItem(lei, ['CP'], { 'CP.4': 'Stranger Limited' }), aliasItem('Stranger Ltd', lei)]);
    await history.succeed(ONE);
    expect(await rejectedOf(ONE)).toEqual([documentId('mac', 3)]);

    expect(await enrich()).toMatchObject({ filled: 1, unknown: 0, failed: 0, dead: 0 });
    await history.succeed(TWO);

    expect(await history.ledgerOfMac(TWO)).toMatchObject({ reprocessed: 1, published: 1, standing: 0, unchanged: 5 });
    expect(await rejectedOf(TWO)).toEqual([]);
    const rows = (await history.table(TWO)).filter(({ lex_id }) => lex_id === documentId('mac', 3));
    expect(new Set(rows.map((row) => row['A3.6']))).toEqual(new Set([lei]));
  });

  it('that the service does not know stays unknown, and costs the next run nothing', async () => {
    await history.succeed(ONE);
    expect(await enrich()).toMatchObject({ filled: 0, unknown: 1 });
    await history.succeed(TWO);
    expect(await history.ledgerOfMac(TWO)).toMatchObject({ reprocessed: 0, standing: 1, unchanged: 5 });
  });
});

function enrich() {
  return withStores(history.data, async (stores) => {
    const authority = openHttpEntityService({ baseUrl: service.url });
    try {
      const options = { parallel: 4, maxTries: 5, follow: false };
      return await enrichFromQueue(stores.enrichmentQueue, authority, stores, options);
    } finally {
      await authority.close();
    }
  });
}

async function rejectedOf(date: string): Promise<readonly (string | null)[]> {
  return withStores(history.data, async ({ jobStats, jobDailyA3Data: a3 }) => {
    const day = await openPublishedDay(a3, await resolveAsOf({ jobStats, a3 }, date));
    return (await Array.fromAsync(readRejected(a3, day))).map(({ lex_id }) => lex_id);
  });
}
