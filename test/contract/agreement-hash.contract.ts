import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fingerprint } from '../../src/agreements/fingerprint.ts';
import type { AgreementHash, HashChange, HashEntry } from '../../src/stores/agreement-hash.ts';
import { byBytes } from './keys.ts';

const NAMESPACES = ['mac', 'mac-2', 'pwm'];
const LEX_IDS = ['a', 'a-1', 'a0', 'b', 'é', '\uffee', '\u{1f600}', 'with\0nul', 'z'.repeat(1_024)];
const WRITER = { fence: 1, business_date: '2021-10-20' };

/** Each driver's test file calls this once; `open` gives an empty store. */
export function agreementHashContract(driver: string, open: () => Promise<AgreementHash>): void {
  describe(`AgreementHash contract: ${driver}`, () => {
    it('does what a plain map with fences would do', () =>
      fc.assert(
        fc.asyncProperty(fc.array(steps(), { maxLength: 30 }), async (commands) => {
          const store = await open();
          const model = new Model();
          for (const { namespace, changes, fence } of commands) {
            const writer = { fence, business_date: `2021-10-0${fence}` };
            expect(await store.apply(namespace, changes, writer)).toEqual(model.apply(namespace, changes, fence));
          }
          for (const namespace of NAMESPACES) {
            expect(await entriesOf(store, namespace)).toEqual(model.entries(namespace, null, null));
          }
        }),
        { numRuns: 40 },
      ));

    it('reads any range, open below and closed above', () =>
      fc.assert(
        fc.asyncProperty(
          fc.subarray(LEX_IDS),
          fc.option(fc.constantFrom(...LEX_IDS, '', 'aa')),
          fc.option(fc.constantFrom(...LEX_IDS, 'aa')),
          async (lexIds, after, through) => {
            const store = await open();
            const model = new Model();
            const changes = lexIds.map((lex_id) => ({ op: 'good' as const, lex_id, fingerprint: fingerprintOf(1) }));
            await store.apply('mac', changes, WRITER);
            model.apply('mac', changes, 1);
            expect(await entriesOf(store, 'mac', after, through)).toEqual(model.entries('mac', after, through));
          },
        ),
        { numRuns: 30 },
      ));

    it('refuses a stale run what a later one has written, a removal above all', async () => {
      const store = await open();
      const late = { fence: 7, business_date: '2021-10-21' };
      await store.apply('mac', [good('here', 1), good('gone', 1)], WRITER);
      await store.apply('mac', [good('here', 2), { op: 'removed', lex_id: 'gone' }], late);

      const stale = [good('here', 3), good('gone', 3), good('new', 3), { op: 'removed', lex_id: 'here' } as const];
      expect(await store.apply('mac', stale, WRITER)).toEqual({ applied: 1, refused: 3 });

      expect(await entriesOf(store, 'mac')).toEqual([
        { lex_id: 'here', good: fingerprintOf(2), rejected: null },
        { lex_id: 'new', good: fingerprintOf(3), rejected: null },
      ]);
    });

    it('gives the same when changes are applied again', async () => {
      const store = await open();
      const changes: HashChange[] = [good('a', 1), { op: 'removed', lex_id: 'b' }, rejected('c', 2)];
      await store.apply('mac', changes, WRITER);
      const once = await entriesOf(store, 'mac');
      expect(await store.apply('mac', changes, WRITER)).toEqual({ applied: 3, refused: 0 });
      expect(await entriesOf(store, 'mac')).toEqual(once);
    });

    it('keeps good beside rejected, and touches the one that was compared', async () => {
      const store = await open();
      const raw_hash = 'f'.repeat(32);
      await store.apply('mac', [good('a', 1), rejected('a', 2)], WRITER);
      await store.apply('mac', [{ op: 'touched', lex_id: 'a', of: 'rejected', raw_hash }], WRITER);
      await store.apply('mac', [{ op: 'touched', lex_id: 'absent', of: 'good', raw_hash }], WRITER);
      const touched = { ...fingerprintOf(2), raw_hash };
      expect(await entriesOf(store, 'mac')).toEqual([{ lex_id: 'a', good: fingerprintOf(1), rejected: touched }]);
    });

    it('holds fingerprints without a raw hash, and any mapping version', async () => {
      const store = await open();
      const fingerprint = { ...fingerprintOf(9), raw_hash: null, mapping_version: 'bespoke-é-12', hash_scheme: 300 };
      await store.apply('mac', [{ op: 'good', lex_id: 'a', fingerprint }], WRITER);
      expect(await entriesOf(store, 'mac')).toEqual([{ lex_id: 'a', good: fingerprint, rejected: null }]);
    });

    it('reads thousands of entries, each once and in order', async () => {
      const store = await open();
      const lexIds = Array.from({ length: 5_000 }, (_, i) => `id-${String(i).padStart(6, '0')}`);
      await store.apply(
        'mac',
        lexIds.map((lexId) => good(lexId, 1)),
        WRITER,
      );
      await store.apply(
        'mac',
        lexIds.slice(0, 2_500).map((lex_id) => ({ op: 'removed', lex_id })),
        WRITER,
      );
      expect((await entriesOf(store, 'mac')).map(({ lex_id }) => lex_id)).toEqual(lexIds.slice(2_500));
    });

    it('sweeps old tombstones, some a call, and leaves what came back', async () => {
      const store = await open();
      const lexIds = Array.from({ length: 1_002 }, (_, i) => `id-${i}`);
      await store.apply(
        'mac',
        lexIds.map((lex_id) => ({ op: 'removed', lex_id })),
        WRITER,
      );
      await store.apply('mac', [good('id-1', 5)], WRITER);
      const later = { fence: 2, business_date: '2021-10-28' };
      await store.apply('mac', [{ op: 'removed', lex_id: 'young' }], later);

      expect(await store.sweepTombstones('mac', '2021-10-20', later)).toEqual({ deleted: 0, more: false });
      let swept = 0;
      for (let more = true; more; ) {
        const call = await store.sweepTombstones('mac', '2021-10-21', later);
        expect(call.deleted).toBeLessThanOrEqual(store.changesPerCall);
        expect(call.more || swept > 0).toBe(true);
        swept += call.deleted;
        more = call.more;
      }
      expect(swept).toBe(1_001);

      expect((await entriesOf(store, 'mac')).map(({ lex_id }) => lex_id)).toEqual(['id-1']);
      // Without its tombstone an old run may write again; with it, not.
      expect(await store.apply('mac', [good('id-7', 1)], WRITER)).toEqual({ applied: 1, refused: 0 });
      expect(await store.apply('mac', [good('young', 1)], WRITER)).toEqual({ applied: 0, refused: 1 });
    });

    it('does not sweep tombstones of later runs', async () => {
      const store = await open();
      await store.apply('mac', [{ op: 'removed', lex_id: 'a' }], { fence: 9, business_date: '2021-10-01' });
      expect(await store.sweepTombstones('mac', '2021-10-20', WRITER)).toEqual({ deleted: 0, more: false });
    });

    it('clears one namespace, 1,000 entries a call', async () => {
      const store = await open();
      const lexIds = Array.from({ length: 1_500 }, (_, i) => `id-${i}`);
      await store.apply(
        'mac',
        lexIds.map((lexId) => good(lexId, 1)),
        WRITER,
      );
      await store.apply('mac', [{ op: 'removed', lex_id: 'id-3' }], WRITER);
      await store.apply('mac-2', [good('stays', 1)], WRITER);

      expect(await store.clearSome('mac', WRITER)).toEqual({ more: true });
      expect(await store.clearSome('mac', WRITER)).toEqual({ more: false });

      expect(await entriesOf(store, 'mac')).toEqual([]);
      expect(await store.sweepTombstones('mac', '2022-01-01', WRITER)).toEqual({ deleted: 0, more: false });
      expect(await entriesOf(store, 'mac-2')).toHaveLength(1);
    });
  });
}

/** Any hashes, told apart by a number. */
export function fingerprintOf(n: number): Fingerprint {
  const digits = n.toString(16).padStart(2, '0');
  return {
    raw_hash: digits.repeat(16),
    content_hash: digits.repeat(32),
    hash_scheme: 1,
    mapping_version: `mac-1-${digits}`,
  };
}

function good(lex_id: string, n: number): HashChange {
  return { op: 'good', lex_id, fingerprint: fingerprintOf(n) };
}

function rejected(lex_id: string, n: number): HashChange {
  return { op: 'rejected', lex_id, fingerprint: fingerprintOf(n) };
}

async function entriesOf(
  store: AgreementHash,
  namespace: string,
  after: string | null = null,
  through: string | null = null,
): Promise<readonly HashEntry[]> {
  return (await Array.fromAsync(store.readRange(namespace, after, through))).flat();
}

function steps(): fc.Arbitrary<{ namespace: string; changes: readonly HashChange[]; fence: number }> {
  const lex_id = fc.constantFrom(...LEX_IDS);
  const fingerprint = fc.nat({ max: 255 }).map(fingerprintOf);
  const raw_hash = fc.constantFrom('0'.repeat(32), 'e'.repeat(32));
  const change: fc.Arbitrary<HashChange> = fc.oneof(
    fc.record({ op: fc.constant('good' as const), lex_id, fingerprint }),
    fc.record({ op: fc.constant('rejected' as const), lex_id, fingerprint }),
    fc.record({ op: fc.constant('removed' as const), lex_id }),
    fc.record({ op: fc.constant('touched' as const), lex_id, of: fc.constantFrom('good', 'rejected'), raw_hash }),
  );
  return fc.record({
    namespace: fc.constantFrom(...NAMESPACES),
    changes: fc.array(change, { maxLength: 6 }),
    fence: fc.integer({ min: 1, max: 4 }),
  });
}

/** What the interface says, as plainly as can be; knows nothing of the code under test. */
class Model {
  readonly #items = new Map<string, { fence: number; good: Fingerprint | null; rejected: Fingerprint | null }>();

  apply(namespace: string, changes: readonly HashChange[], fence: number): { applied: number; refused: number } {
    let refused = 0;
    for (const change of changes) {
      const key = `${namespace}|${change.lex_id}`;
      const old = this.#items.get(key);
      if (old !== undefined && old.fence > fence) {
        refused += 1;
        continue;
      }
      const item = { good: null, rejected: null, ...old, fence };
      if (change.op === 'good') this.#items.set(key, { fence, good: change.fingerprint, rejected: null });
      if (change.op === 'rejected') this.#items.set(key, { ...item, rejected: change.fingerprint });
      if (change.op === 'removed') this.#items.set(key, { fence, good: null, rejected: null });
      if (change.op === 'touched') {
        const compared = item[change.of];
        if (compared !== null)
          this.#items.set(key, { ...item, [change.of]: { ...compared, raw_hash: change.raw_hash } });
      }
    }
    return { applied: changes.length - refused, refused };
  }

  entries(namespace: string, after: string | null, through: string | null): readonly HashEntry[] {
    const lexIds = [...this.#items.keys()]
      .filter((key) => key.startsWith(`${namespace}|`))
      .map((key) => key.slice(namespace.length + 1));
    const isBelow = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
    return byBytes(lexIds)
      .filter((lexId) => (after === null || isBelow(after, lexId)) && (through === null || !isBelow(through, lexId)))
      .map((lex_id) => ({ lex_id, item: this.#items.get(`${namespace}|${lex_id}`)! }))
      .filter(({ item }) => item.good !== null || item.rejected !== null)
      .map(({ lex_id, item }) => ({ lex_id, good: item.good, rejected: item.rejected }));
  }
}
