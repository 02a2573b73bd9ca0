import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AliasItem, EnrichmentMessage, EntityItem, LawItem } from '../../src/agreements/look-up-items.ts';
import type { EnrichmentQueue, EntityTable, GoverningLawTable } from '../../src/stores/look-ups.ts';
import { itUnless, type Unkept } from './unkept.ts';

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

    it('replaces a row only while it is the one that was read', async () => {
      const table = await open();
      expect(await table.replace(entity('k', 'active'), 'v-pending')).toBe(false);
      expect(await table.replace(entity('k', 'pending'), null)).toBe(true);
      expect(await table.replace(alias('k', 'other'), null)).toBe(false);
      expect(await table.get('k')).toEqual(entity('k', 'pending'));
      expect(await table.replace(entity('k', 'active'), 'v-pending')).toBe(true);
      expect(await table.replace(alias('k', 'other'), 'v-pending')).toBe(false);
      expect(await table.get('k')).toEqual(entity('k', 'active'));
    });

    it('says that the row stands there when the same replacement is made again', async () => {
      const table = await open();
      await table.putIfAbsent(entity('k', 'pending'));
      expect(await table.replace(entity('k', 'active'), 'v-pending')).toBe(true);
      expect(await table.replace(entity('k', 'active'), 'v-pending')).toBe(true);
    });

    it('lets one of many racing replacements in', async () => {
      const table = await open();
      await table.putIfAbsent(entity('k', 'pending'));
      const put = Array.from({ length: 10 }, (_, i) =>
        table.replace({ ...entity('k'), version: `v-${i}` }, 'v-pending'),
      );
      expect((await Promise.all(put)).filter(Boolean)).toHaveLength(1);
    });

    it('keeps the status of an LEI', async () => {
      const table = await open();
      await table.putAll([{ ...entity('k'), lei_status: 'LAPSED' }]);
      expect(await table.get('k')).toEqual({ ...entity('k'), lei_status: 'LAPSED' });
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

    it('gives each item in exactly one page', async () => {
      const table = await open();
      const keys = Array.from({ length: 6_000 }, (_, i) => `k${String(i).padStart(5, '0')}`);
      await table.putAll([...keys.map((key) => entity(key)), alias('other', 'k00001')]);
      const seen: string[] = [];
      let page = await table.readPage(null);
      for (;;) {
        seen.push(...page.items.map(({ entity_key }) => entity_key));
        if (page.next === null) break;
        page = await table.readPage(page.next);
      }
      expect(seen.sort()).toEqual([...keys, 'other']);
      expect(await (await open()).readPage(null)).toEqual({ items: [], next: null });
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

export interface EnrichmentQueueExcuses {
  /** Why messages may overtake each other. */
  readonly order?: Unkept;
  /** Why the clock cannot be set: then the tests wait for real. */
  readonly clock?: Unkept;
}

/** Each driver's test file calls this once; `open` gives an empty queue with that clock. */
export function enrichmentQueueContract(
  driver: string,
  open: (now: () => number) => Promise<EnrichmentQueue>,
  excuses: EnrichmentQueueExcuses = {},
): void {
  const newTime = () => (excuses.clock === undefined ? new SetTime() : new RealTime());

  describe(`EnrichmentQueue contract: ${driver}`, () => {
    itUnless(excuses.order, 'gives messages in the order of sending', async () => {
      const queue = await open(() => 0);
      await queue.send(['a', 'b', 'c'].map(message));
      const first = await queue.receive(2, 30);
      const second = await queue.receive(2, 30);
      expect(first.map((received) => received.message)).toEqual(['a', 'b'].map(message));
      expect(second.map((received) => received.message)).toEqual([message('c')]);
    });

    it('gives each message to one receiver at a time', async () => {
      const queue = await open(() => 0);
      const keys = Array.from({ length: 12 }, (_, i) => `k${i + 10}`);
      await queue.send(keys.map(message));
      const received = [...(await queue.receive(2, 30)), ...(await queue.receive(12, 30))];
      expect(received.map((each) => each.message.entity_key).sort()).toEqual(keys);
      expect(await queue.receive(2, 30)).toEqual([]);
      expect(await queue.depth()).toBe(12);
    });

    it('gives a message again when it was not acknowledged in time', async () => {
      const time = newTime();
      const queue = await open(time.now);
      await queue.send([message('a')]);
      expect(await queue.receive(1, time.visibilitySeconds)).toMatchObject([{ receiveCount: 1 }]);
      await time.almostPass();
      expect(await queue.receive(1, time.visibilitySeconds)).toEqual([]);
      await time.pass();
      expect(await queue.receive(1, 30)).toMatchObject([{ message: message('a'), receiveCount: 2 }]);
    });

    it('forgets a message that was acknowledged, also twice', async () => {
      const time = newTime();
      const queue = await open(time.now);
      await queue.send(['a', 'b'].map(message));
      const [received] = await queue.receive(1, time.visibilitySeconds);
      await queue.acknowledge(received!.receipt);
      await queue.acknowledge(received!.receipt);
      await time.pass();
      const other = received!.message.entity_key === 'a' ? 'b' : 'a';
      expect((await queue.receive(10, 30)).map((again) => again.message)).toEqual([message(other)]);
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

    it('gives a postponed message when its time has come, or at once', async () => {
      const time = newTime();
      const queue = await open(time.now);
      await queue.send([message('a')]);
      const [first] = await queue.receive(1, 300);
      await queue.postpone(first!.receipt, time.visibilitySeconds);
      await time.almostPass();
      expect(await queue.receive(1, 300)).toEqual([]);
      await time.pass();
      const [second] = await queue.receive(1, 300);
      expect(second).toMatchObject({ message: message('a'), receiveCount: 2 });
      await queue.postpone(second!.receipt, 0);
      const [third] = await queue.receive(1, 300);
      expect(third).toMatchObject({ message: message('a'), receiveCount: 3 });
      await queue.acknowledge(third!.receipt);
      await queue.postpone(third!.receipt, 0);
      expect(await queue.receive(1, 300)).toEqual([]);
    });

    it('keeps a buried message with its reason, out of the way, and lists it as often as asked', async () => {
      const queue = await open(() => 0);
      await queue.send(['a', 'b'].map(message));
      const received = (await queue.receive(2, 300)).find((each) => each.message.entity_key === 'a')!;
      await queue.bury(received, 'Nobody could read it.');
      const letter = { message: message('a'), reason: 'Nobody could read it.', tries: 1 };
      expect(await queue.dead(10)).toEqual([letter]);
      expect(await queue.dead(10)).toEqual([letter]);
      expect(await queue.deadCount()).toBe(1);
      expect(await queue.depth()).toBe(1);
      expect(await queue.receive(10, 300)).toEqual([]);
    });

    it('sends dead letters again as new messages, once', async () => {
      const queue = await open(() => 0);
      const keys = Array.from({ length: 12 }, (_, i) => `k${i + 10}`);
      await queue.send(keys.map(message));
      for (const received of await queue.receive(12, 300)) await queue.bury(received, 'Refused.');
      expect(await queue.dead(5)).toHaveLength(5);
      expect(await queue.retryDead()).toBe(12);
      expect(await queue.retryDead()).toBe(0);
      expect(await queue.dead(10)).toEqual([]);
      const again = await queue.receive(12, 300);
      expect(again.map((each) => each.message.entity_key).sort()).toEqual(keys);
      expect(again[0]).toMatchObject({ receiveCount: 1 });
    });

    it('carries any text', async () => {
      const queue = await open(() => 0);
      const text = 'A & B <"\u0001\t\ufffe\uffff\u{1f600}"> \u2028';
      await queue.send([{ ...message('a'), text }]);
      expect(await queue.receive(1, 30)).toMatchObject([{ message: { text } }]);
    });
  });
}

/** A visibility that passes when the test says so. */
class SetTime {
  readonly visibilitySeconds = 30;
  #nowMs = 1_000;
  readonly now = () => this.#nowMs;

  async almostPass(): Promise<void> {
    this.#nowMs += 29_999;
  }

  async pass(): Promise<void> {
    this.#nowMs += 30_000;
  }
}

/** One that really passes, short, and longer than a poll. */
class RealTime {
  readonly visibilitySeconds = 3;
  readonly now = Date.now;

  async almostPass(): Promise<void> {}

  async pass(): Promise<void> {
    await sleep(this.visibilitySeconds * 1_000 + 100);
  }
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
