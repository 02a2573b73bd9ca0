import { describe, expect, it } from 'vitest';
import type { AliasItem, EnrichmentMessage, EntityItem, LawItem } from '../../src/agreements/look-up-items.ts';
import type { EnrichmentQueue, EntityTable, GoverningLawTable } from '../../src/stores/look-ups.ts';

/** Each driver's test file calls this once; `open` gives an empty table. */
export function entityTableContract(driver: string, open: () => Promise<EntityTable>): void {
  describe(`EntityTable contract: ${driver}`, () => {
    it('gives back what was put, and nothing for other keys', async () => {
      const table = await open();
      await table.putAll([entity('lei-1'), alias('acme', 'lei-1')]);
      expect(await table.get('lei-1')).toEqual(entity('lei-1'));
      expect(await table.get('acme')).toEqual(alias('acme', 'lei-1'));
      expect(await table.get('lei')).toBeNull();
    });

    it('replaces what is there on putAll, keeps it on putIfAbsent', async () => {
      const table = await open();
      expect(await table.putIfAbsent(entity('k', 'pending'))).toBe(true);
      expect(await table.putIfAbsent(entity('k', 'active'))).toBe(false);
      expect(await table.get('k')).toEqual(entity('k', 'pending'));
      await table.putAll([entity('k', 'active')]);
      expect(await table.get('k')).toEqual(entity('k', 'active'));
    });

    it('lets one of many racing placeholders in', async () => {
      const table = await open();
      const put = await Promise.all(Array.from({ length: 10 }, () => table.putIfAbsent(entity('k', 'pending'))));
      expect(put.filter(Boolean)).toHaveLength(1);
    });

    it('lists by bytes of the key, narrowed by prefix and status', async () => {
      const table = await open();
      const items = [entity('b'), entity('a-1', 'pending'), alias('a', 'b'), entity('\uffee'), entity('\u{1f600}')];
      await table.putAll(items);
      const keys = async (options?: Parameters<EntityTable['list']>[0]) =>
        (await Array.fromAsync(table.list(options))).map(({ entity_key }) => entity_key);
      expect(await keys()).toEqual(['a', 'a-1', 'b', '\uffee', '\u{1f600}']);
      expect(await keys({ prefix: 'a' })).toEqual(['a', 'a-1']);
      expect(await keys({ status: 'pending' })).toEqual(['a-1']);
      expect(await keys({ prefix: 'b', status: 'active' })).toEqual(['b']);
    });

    it('lists thousands', async () => {
      const table = await open();
      const keys = Array.from({ length: 2_500 }, (_, i) => `k${String(i).padStart(5, '0')}`);
      await table.putAll(keys.map((key) => entity(key)));
      expect((await Array.fromAsync(table.list())).map(({ entity_key }) => entity_key)).toEqual(keys);
    });
  });
}

/** Each driver's test file calls this once; `open` gives an empty table. */
export function governingLawTableContract(driver: string, open: () => Promise<GoverningLawTable>): void {
  describe(`GoverningLawTable contract: ${driver}`, () => {
    it('gives back what was put last, and lists it by key and prefix', async () => {
      const table = await open();
      await table.putAll([law('us-ny', 'NY'), law('gb', 'England')]);
      await table.putAll([law('us-ny', 'New York')]);
      expect(await table.get('us-ny')).toEqual(law('us-ny', 'New York'));
      expect(await table.get('us')).toBeNull();
      expect(await Array.fromAsync(table.list())).toEqual([law('gb', 'England'), law('us-ny', 'New York')]);
      expect(await Array.fromAsync(table.list({ prefix: 'us' }))).toEqual([law('us-ny', 'New York')]);
    });
  });
}

/** Each driver's test file calls this once; `open` gives an empty queue with that clock. */
export function enrichmentQueueContract(driver: string, open: (now: () => number) => Promise<EnrichmentQueue>): void {
  describe(`EnrichmentQueue contract: ${driver}`, () => {
    it('gives messages in the order of sending, and each to one receiver at a time', async () => {
      const queue = await open(() => 0);
      await queue.send(['a', 'b', 'c'].map(message));
      const first = await queue.receive(2, 30);
      const second = await queue.receive(2, 30);
      expect(first.map((received) => received.message)).toEqual(['a', 'b'].map(message));
      expect(second.map((received) => received.message)).toEqual([message('c')]);
      expect(await queue.receive(2, 30)).toEqual([]);
    });

    it('gives a message again when it was not acknowledged in time', async () => {
      let now = 1_000;
      const queue = await open(() => now);
      await queue.send([message('a')]);
      expect(await queue.receive(1, 30)).toMatchObject([{ receiveCount: 1 }]);
      now += 29_999;
      expect(await queue.receive(1, 30)).toEqual([]);
      now += 1;
      expect(await queue.receive(1, 30)).toMatchObject([{ message: message('a'), receiveCount: 2 }]);
    });

    it('forgets a message that was acknowledged, also twice', async () => {
      let now = 0;
      const queue = await open(() => now);
      await queue.send(['a', 'b'].map(message));
      const [received] = await queue.receive(1, 30);
      await queue.acknowledge(received!.receipt);
      await queue.acknowledge(received!.receipt);
      now += 60_000;
      expect((await queue.receive(10, 30)).map((again) => again.message)).toEqual([message('b')]);
      expect(await queue.depth()).toBe(1);
    });

    it('takes a message again once the earlier one was acknowledged', async () => {
      const queue = await open(() => 0);
      await queue.send([message('a')]);
      const [received] = await queue.receive(1, 30);
      await queue.acknowledge(received!.receipt);
      await queue.send([message('a')]);
      expect(await queue.receive(1, 30)).toMatchObject([{ message: message('a') }]);
    });
  });
}

function entity(entity_key: string, status: 'active' | 'pending' = 'active'): EntityItem {
  const fields = status === 'active' ? { 'CP.4': 'Acme' } : {};
  return { kind: 'entity', entity_key, entity_id: entity_key, roles: ['CP'], status, fields, version: `v-${status}` };
}

function alias(entity_key: string, entity_id: string): AliasItem {
  return { kind: 'alias', entity_key, entity_id, version: 'v1' };
}

function law(law_key: string, display_name: string): LawItem {
  return { law_key, display_name, version: display_name };
}

function message(entity_key: string): EnrichmentMessage {
  return { entity_key, text: entity_key.toUpperCase(), namespace: 'mac', lex_id: 'doc-1' };
}
