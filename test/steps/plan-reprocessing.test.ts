import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes } from '../../src/agreements/byte-order.ts';
import type { EntityItem, Use } from '../../src/agreements/look-up-items.ts';
import { entityItem, lawItem, placeholder } from '../../src/agreements/make-look-up-items.ts';
import type { LookUpsServed, PlanReprocessingOutput, ReprocessCursor } from '../../src/job/contracts.ts';
import { CollectUses } from '../../src/publish/collect-uses.ts';
import { comparePlaces, isWithin } from '../../src/publish/place.ts';
import type { Place } from '../../src/publish/published.ts';
import { PublishedFileWriter } from '../../src/publish/published-file-writer.ts';
import { planReprocessing } from '../../src/steps/plan-reprocessing.ts';
import { replayKey } from '../../src/steps/reprocess/replay-requests.ts';
import { changeLookUps } from '../../src/stores/change-look-ups.ts';
import { encodeNote, noteKey } from '../../src/stores/look-up-notes.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { MemoryEntityTable, MemoryGoverningLawTable } from '../fakes/memory-look-ups.ts';
import { MemoryObjectStore } from '../fakes/memory-object-store.ts';

const FOLDER = 'published/as_of=2021-10-19/attempt=1';
const BASE = `${FOLDER}/manifest.json`;
const NONE: LookUpsServed = { through: 0, open: [] };

/** A document of the base, and the look-up rows that its last transformation looked at. */
interface BaseDocument extends Place {
  readonly uses: readonly Use[];
}
interface BaseOptions {
  readonly documents?: readonly BaseDocument[];
  /** Where shards end. */
  readonly cuts?: readonly Place[];
  readonly replays_through?: number;
  /** `undefined`: a base that is older than they are. */
  readonly look_ups?: LookUpsServed | undefined;
}

class Setting {
  readonly jobDailyA3Data = new MemoryJobDailyA3Data();
  readonly entities = new MemoryEntityTable();
  readonly governingLaws = new MemoryGoverningLawTable();
  readonly delta = new MemoryObjectStore();
  readonly rowsGot: string[] = [];
  stopsAlways = false;
  maxChangedKeys: number | undefined = undefined;

  static async of(options: BaseOptions = {}): Promise<Setting> {
    const setting = new Setting();
    const { cuts = [], documents = [], replays_through = 0 } = options;
    const look_ups = 'look_ups' in options ? options.look_ups : NONE;
    const ends = [...cuts.toSorted(comparePlaces), null];
    const shards = [];
    for (const [number, through] of ends.entries()) {
      const range = { after: ends[number - 1] ?? null, through };
      const uses = new CollectUses();
      const inside = documents.filter((document) => isWithin(document, range)).toSorted(comparePlaces);
      for (const { namespace, lex_id, uses: used } of inside) uses.add({ namespace, lex_id }, used);
      const file = new PublishedFileWriter(setting.jobDailyA3Data, FOLDER, `uses/shard-${number}.ndjson.gz`);
      await uses.writeTo(file);
      shards.push({ number, ...range, uses: await file.close() });
    }
    const manifest = { format: 1, replays_through, shards, look_ups };
    await setting.jobDailyA3Data.putOnce(BASE, Buffer.from(JSON.stringify(manifest)));
    return setting;
  }

  async replay(...requests: readonly object[]): Promise<void> {
    for (const [i, request] of requests.entries()) {
      const body = { format: 1, by: 'ann', at: '2021-10-19T10:00:00Z', documents: [], namespaces: [], ...request };
      await this.jobDailyA3Data.putOnce(replayKey(i + 1), Buffer.from(JSON.stringify(body)));
    }
  }

  async turn(namespaces: readonly string[], base: string | null, cursor: ReprocessCursor | null) {
    const get = async (key: string) => {
      this.rowsGot.push(key);
      return this.entities.get(key);
    };
    const output: PlanReprocessingOutput = await planReprocessing(
      { business_date: '2021-10-20', attempt: 1, namespaces, base, cursor },
      {
        a3: this.jobDailyA3Data,
        delta: this.delta,
        entities: { get },
        laws: this.governingLaws,
        shouldStop: () => this.stopsAlways,
        ...(this.maxChangedKeys === undefined ? {} : { maxChangedKeys: this.maxChangedKeys }),
      },
    );
    return JSON.parse(JSON.stringify(output)) as PlanReprocessingOutput;
  }

  /** All turns. */
  async plan(namespaces: readonly string[] = ['mac', 'pwm'], base: string | null = BASE) {
    let output = await this.turn(namespaces, base, null);
    while (output.cursor !== null) output = await this.turn(namespaces, base, output.cursor);
    return output;
  }

  async list(namespace: string): Promise<string | null> {
    return (await this.delta.get(`2021-10-20/1/reprocess/${namespace}.ndjson`))?.toString() ?? null;
  }

  /** Ids on the list of a namespace. */
  async ids(namespace: string): Promise<readonly string[]> {
    const [, ...lines] = ((await this.list(namespace)) ?? '').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as string);
  }
}

const of = (namespace: string, ...lexIds: readonly string[]) => lexIds.map((lex_id) => ({ namespace, lex_id }));
const acme = (name: string): EntityItem => entityItem('Acme', ['CP'], { 'CP.4': name });
const usesEntity = (key: string, version: string): Use => ({ table: 'Entity', key, version });
const usesLaw = (key: string, version: string): Use => ({ table: 'GoverningLaw', key, version });

describe('PlanReprocessing, for operators', () => {
  it('finds nothing where nobody asked, and leaves no list', async () => {
    const setting = await Setting.of();

    expect(await setting.plan(['mac'], null)).toEqual({
      replays_through: 0,
      look_ups: NONE,
      reprocess: { mac: 0 },
      cursor: null,
    });
    expect(await setting.list('mac')).toBeNull();
  });

  it('writes the ids of all requests since the base once each, sorted by their bytes', async () => {
    const setting = await Setting.of({ replays_through: 1 });
    await setting.replay(
      { documents: of('mac', 'served') },
      { documents: of('mac', 'b', '\u{1F600}', '\uFFFD') },
      { documents: of('mac', 'a', 'b') },
    );

    expect(await setting.plan(['mac', 'cct'])).toMatchObject({ replays_through: 3, reprocess: { mac: 4, cct: 0 } });
    expect(await setting.list('mac')).toBe('{"format":1,"all":false,"count":4}\n"a"\n"b"\n"\uFFFD"\n"\u{1F600}"\n');
  });

  it('takes a whole namespace, whatever single ids were asked for beside', async () => {
    const setting = await Setting.of();
    await setting.replay({ documents: of('mac', 'a') }, { namespaces: ['mac'] });

    expect(await setting.plan(['mac'])).toMatchObject({ reprocess: { mac: -1 } });
    expect(await setting.list('mac')).toBe('{"format":1,"all":true,"count":0}\n');
  });

  it('serves what it can, and keeps a request open that names a namespace which the run has not', async () => {
    const setting = await Setting.of();
    await setting.replay(
      { documents: of('mac', 'a') },
      { documents: [...of('pwm', 'p'), ...of('mac', 'b')] },
      { documents: of('mac', 'c') },
    );

    expect(await setting.plan(['mac'])).toMatchObject({ replays_through: 1, reprocess: { mac: 3 } });
    expect(await setting.list('pwm')).toBeNull();
    expect(await setting.plan(['mac', 'pwm'])).toMatchObject({ replays_through: 3, reprocess: { mac: 3, pwm: 1 } });
  });

  it('refuses a request that cannot be read, by its key, and a base that is not there', async () => {
    const setting = await Setting.of();
    const body = '{"format":1,"documents":[{"namespace":1}],"namespaces":[]}';
    await setting.jobDailyA3Data.putOnce(replayKey(1), Buffer.from(body));

    await expect(setting.plan(['mac'])).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      details: { key: replayKey(1) },
    });
    await expect(setting.plan(['mac'], 'published/none.json')).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});

describe('PlanReprocessing, for look-ups that moved', () => {
  const old = acme('Acme Old');
  const DOCUMENTS: readonly BaseDocument[] = [
    { namespace: 'mac', lex_id: 'a', uses: [usesEntity('acme', old.version), usesLaw('ny', 'v1')] },
    { namespace: 'mac', lex_id: 'b', uses: [usesEntity('beta', 'absent')] },
    { namespace: 'mac', lex_id: 'c', uses: [usesEntity('acme', old.version)] },
    { namespace: 'pwm', lex_id: 'a', uses: [usesEntity('acme', old.version), usesEntity('beta', 'absent')] },
    { namespace: 'pwm', lex_id: 'z', uses: [usesLaw('ny', 'v1')] },
  ];

  it('finds exactly the documents that used a row of another version, in every shard', async () => {
    const setting = await Setting.of({ documents: DOCUMENTS, cuts: of('mac', 'b') });
    await changeLookUps(setting, { entities: [acme('Acme New')] });

    expect(await setting.plan()).toMatchObject({
      look_ups: { through: 1, open: [] },
      reprocess: { mac: 2, pwm: 1 },
    });
    expect(await setting.ids('mac')).toEqual(['a', 'c']);
    expect(await setting.ids('pwm')).toEqual(['a']);
  });

  it('finds those that found nothing where there is a row now, and takes a placeholder for nothing', async () => {
    const setting = await Setting.of({ documents: DOCUMENTS });
    await changeLookUps(setting, { entities: [placeholder('beta', 'Beta')] });
    expect(await setting.plan()).toMatchObject({ reprocess: { mac: 0, pwm: 0 } });

    await changeLookUps(setting, { entities: [entityItem('Beta', ['CP'], {})] });
    expect(await setting.plan()).toMatchObject({ look_ups: { through: 2 }, reprocess: { mac: 1, pwm: 1 } });
    expect(await setting.ids('mac')).toEqual(['b']);
  });

  it('reads no file of the base, and no row, when nothing was noted', async () => {
    const setting = await Setting.of({ documents: DOCUMENTS, look_ups: { through: 1, open: [] } });
    await changeLookUps(setting, { entities: [acme('Acme New')] });
    await changeLookUps(setting, { entities: [entityItem('Nobody uses it', ['CP'], {})] });

    expect(await setting.plan()).toMatchObject({ look_ups: { through: 2, open: [] }, reprocess: { mac: 0, pwm: 0 } });
    expect(setting.rowsGot).toEqual([]);
  });

  it('does nothing for a row that changed and changed back', async () => {
    const setting = await Setting.of({ documents: DOCUMENTS });
    await changeLookUps(setting, { entities: [acme('Acme New')] });
    await changeLookUps(setting, { entities: [old] });

    expect(await setting.plan()).toMatchObject({ look_ups: { through: 2 }, reprocess: { mac: 0, pwm: 0 } });
  });

  it('reads a note again whose writer was not done, so that a row put later is found', async () => {
    const setting = await Setting.of({ documents: DOCUMENTS });
    const note = encodeNote('x', '2021-10-20T00:00:00Z', [{ table: 'Entity', key: 'acme' }]);
    await setting.jobDailyA3Data.putOnce(noteKey(1), note);
    await setting.entities.putAll([old]);
    await changeLookUps(setting, { laws: [lawItem('unused', 'Unused')] });
    const first = await setting.plan();
    expect(first).toMatchObject({ look_ups: { through: 2, open: [1] }, reprocess: { mac: 0, pwm: 0 } });

    const later = await Setting.of({ documents: DOCUMENTS, look_ups: first.look_ups ?? undefined });
    await later.jobDailyA3Data.putOnce(noteKey(1), note);
    await later.entities.putAll([acme('Acme New')]);

    expect(await later.plan()).toMatchObject({ look_ups: { through: 2, open: [1] }, reprocess: { mac: 2, pwm: 1 } });
  });

  it('compares every use where the base does not say what it has served', async () => {
    const setting = await Setting.of({ documents: DOCUMENTS, look_ups: undefined });
    await setting.entities.putAll([old]);

    // The law was deleted by hand: nobody noted it.
    expect(await setting.plan()).toMatchObject({ look_ups: NONE, reprocess: { mac: 1, pwm: 1 } });
    expect(await setting.ids('pwm')).toEqual(['z']);
  });

  it('compares every use when an operator asks for it, and when too many rows were noted', async () => {
    const asked = await Setting.of({ documents: DOCUMENTS });
    await asked.entities.putAll([old]);
    await asked.replay({ look_ups: true });
    expect(await asked.plan()).toMatchObject({ replays_through: 1, reprocess: { mac: 1, pwm: 1 } });

    const many = await Setting.of({ documents: DOCUMENTS });
    many.maxChangedKeys = 1;
    await changeLookUps(many, { entities: [acme('Acme New'), entityItem('Other', ['CP'], {})] });
    expect(await many.plan()).toMatchObject({ look_ups: { through: 1 }, reprocess: { mac: 2, pwm: 2 } });
  });

  it('keeps everything open while documents of a namespace that the run has not are outdated', async () => {
    const setting = await Setting.of({ documents: DOCUMENTS });
    await changeLookUps(setting, { entities: [acme('Acme New')] });
    await setting.replay({ documents: of('mac', 'b') }, { look_ups: true });

    expect(await setting.plan(['mac'])).toMatchObject({ replays_through: 1, look_ups: NONE, reprocess: { mac: 3 } });
    expect(await setting.plan(['pwm', 'mac'])).toMatchObject({ replays_through: 2, look_ups: { through: 1 } });
  });

  it('begins after what was noted before the first publication', async () => {
    const setting = await Setting.of();
    await changeLookUps(setting, { entities: [acme('Acme')] });

    expect(await setting.plan(['mac'], null)).toMatchObject({ look_ups: { through: 1, open: [] } });
  });

  it('finds the same in turns as at once, whatever is noted or asked for between them', async () => {
    const key = fc.constantFrom('k0', 'k1', 'k2', 'k3');
    const version = fc.constantFrom('absent', entityItem('k0', ['CO'], {}).version, 'other');
    const use = fc.record({ table: fc.constant('Entity' as const), key, version });
    const place = fc.record({ namespace: fc.constantFrom('mac', 'pwm'), lex_id: fc.constantFrom(...'abcdefgh') });
    const world = fc.record({
      documents: fc.uniqueArray(
        fc.tuple(place, fc.array(use, { maxLength: 3 })).map(([at, uses]) => ({ ...at, uses })),
        { selector: ({ namespace, lex_id }) => namespace + lex_id, maxLength: 14 },
      ),
      cuts: fc.uniqueArray(place, { selector: ({ namespace, lex_id }) => namespace + lex_id, maxLength: 4 }),
      changed: fc.uniqueArray(key),
      wanted: fc.array(place, { maxLength: 3 }),
      all: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ documents, cuts, changed, wanted, all }) => {
        const items = changed.map((id) => entityItem(id, ['CO'], {}));
        const make = async (stopsAlways: boolean) => {
          const setting = await Setting.of({ documents, cuts });
          setting.stopsAlways = stopsAlways;
          await changeLookUps(setting, { entities: items });
          await setting.replay({ documents: wanted, look_ups: all });
          return setting;
        };
        const atOnce = await make(false);
        const inTurns = await make(true);
        const expected = await atOnce.plan();
        let output = await inTurns.turn(['mac', 'pwm'], BASE, null);
        while (output.cursor !== null) {
          await inTurns.jobDailyA3Data.putOnce(
            replayKey(2),
            Buffer.from('{"format":1,"by":"x","at":"","documents":[],"namespaces":["mac"]}'),
          );
          await changeLookUps(inTurns, { laws: [lawItem('ny', 'New York')] });
          output = await inTurns.turn(['mac', 'pwm'], BASE, output.cursor);
        }

        expect(output).toEqual(expected);
        const versions = new Map(items.map((item) => [item.entity_key, item.version]));
        for (const namespace of ['mac', 'pwm']) {
          const outdated = documents.filter(
            (document) =>
              document.namespace === namespace &&
              document.uses.some(
                (used) => (all || changed.includes(used.key)) && used.version !== (versions.get(used.key) ?? 'absent'),
              ),
          );
          const ids = [...outdated, ...wanted.filter((one) => one.namespace === namespace)].map(({ lex_id }) => lex_id);
          expect(await inTurns.ids(namespace)).toEqual([...new Set(ids)].sort(compareBytes));
          expect(await inTurns.list(namespace)).toEqual(await atOnce.list(namespace));
        }
      }),
      { numRuns: 60 },
    );
  });
});
