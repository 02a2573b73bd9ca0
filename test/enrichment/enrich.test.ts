import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EnrichmentMessage } from '../../src/agreements/look-up-items.ts';
import { entityKey } from '../../src/agreements/look-up-key.ts';
import { aliasItem, entityItem, placeholder } from '../../src/agreements/make-look-up-items.ts';
import { type EnrichOptions, enrichFromQueue, enrichPending } from '../../src/enrichment/enrich.ts';
import type { EntityAnswer, EntityQuestion } from '../../src/enrichment/entity-authority.ts';
import { PermanentError, TransientError } from '../../src/errors.ts';
import { noteDoneKey, noteKey } from '../../src/stores/look-up-notes.ts';
import { MemoryJobDailyA3Data } from '../fakes/memory-job-daily-a3-data.ts';
import { MemoryEnrichmentQueue, MemoryEntityTable } from '../fakes/memory-look-ups.ts';

describe('the enrichment worker', () => {
  it('fills in the placeholder, notes the key, and then acknowledges', async () => {
    const world = new World({ 'UBS-1': { entity_id: 'UBS-1', roles: ['CP'], fields: { 'CP.4': 'UBS AG' } } });
    await world.askFor('UBS-1');

    const result = await world.enrich();

    expect(result).toMatchObject({ filled: 1, failed: 0, dead: 0, stopped: null });
    expect(await world.entities.get('ubs-1')).toEqual(entityItem('UBS-1', ['CP'], { 'CP.4': 'UBS AG' }));
    expect(await world.queue.depth()).toBe(0);
    expect(await world.a3.firstLine(noteKey(1))).not.toBeNull();
    expect(await world.a3.firstLine(noteDoneKey(1))).not.toBeNull();
  });

  it('makes an alias of a name, and the entity it names', async () => {
    const world = new World({ 'UBS AG': { entity_id: 'UBS-1', roles: ['CP'], fields: {} } });
    await world.askFor('UBS AG');
    await world.enrich();
    expect(await world.entities.get('ubs ag')).toEqual(aliasItem('UBS AG', 'UBS-1'));
    expect(await world.entities.get('ubs-1')).toEqual(entityItem('UBS-1', ['CP'], {}));
  });

  it('leaves an entity as an import has it, and only names it', async () => {
    const world = new World({ 'UBS AG': { entity_id: 'UBS-1', roles: ['CO'], fields: { 'CO.4': 'Other' } } });
    const imported = entityItem('UBS-1', ['CP'], { 'CP.4': 'UBS AG' });
    await world.entities.putAll([imported]);
    await world.askFor('UBS AG');
    await world.enrich();
    expect(await world.entities.get('ubs-1')).toEqual(imported);
    expect(await world.entities.get('ubs ag')).toMatchObject({ kind: 'alias' });
  });

  it('never overwrites what an import wrote while the service was asked', async () => {
    const imported = entityItem('UBS-1', ['CP'], { 'CP.4': 'As imported' });
    const world = new World({ 'UBS-1': { entity_id: 'UBS-1', roles: [], fields: {} } });
    world.beforeAnswer = () => world.entities.putAll([imported]);
    await world.askFor('UBS-1');
    expect(await world.enrich()).toMatchObject({ filled: 0, known: 1 });
    expect(await world.entities.get('ubs-1')).toEqual(imported);
    expect(await world.queue.depth()).toBe(0);
  });

  it('asks once about an entity that many documents name, and not at all about a known one', async () => {
    const world = new World({ A: { entity_id: 'A', roles: ['CP'], fields: {} } });
    await world.entities.putAll([entityItem('B', ['CP'], {})]);
    await world.askFor('A', 'B', 'B', 'B');
    for (let i = 0; i < 20; i += 1) await world.queue.send([message('A', `doc-${i}`)]);
    expect(await world.enrich()).toMatchObject({ filled: 1 });
    expect(world.asked).toEqual(['A']);
    expect(await world.queue.depth()).toBe(0);
  });

  it('changes nothing when a message is delivered twice', async () => {
    const world = new World({ 'UBS AG': { entity_id: 'UBS-1', roles: ['CP'], fields: { 'CP.4': 'UBS AG' } } });
    await world.askFor('UBS AG');
    await world.enrich();
    const before = await Array.fromAsync(world.entities.list());
    await world.queue.send([message('UBS AG')]);
    expect(await world.enrich()).toMatchObject({ filled: 0, known: 1 });
    expect(await Array.fromAsync(world.entities.list())).toEqual(before);
  });

  it('acknowledges what nobody knows, and leaves it pending', async () => {
    const world = new World({});
    await world.askFor('Nobody Ltd');
    expect(await world.enrich()).toMatchObject({ unknown: 1, stopped: null });
    expect(await world.queue.depth()).toBe(0);
    expect(await world.entities.get('nobody ltd')).toMatchObject({ status: 'pending' });
  });

  it('asks again about everything pending when it is told to', async () => {
    const world = new World({});
    await world.askFor('A', 'B');
    await world.enrich();
    world.answers.set('A', { entity_id: 'A', roles: ['CP'], fields: {} });
    const result = await enrichPending(world.entities, world, world.stores, { parallel: 2 });
    expect(result).toMatchObject({ filled: 1, unknown: 1, stopped: null });
    expect(await world.entities.get('a')).toMatchObject({ status: 'active' });
  });

  it('tries a failed message again, later each time, and gives it up after so many tries, with the reason', async () => {
    const world = new World({ A: busy() });
    await world.askFor('A');
    const waits: number[] = [];
    for (let tries = 1; tries <= 3; tries += 1) {
      expect(await world.enrich({ maxTries: 3 })).toMatchObject(tries < 3 ? { failed: 1 } : { dead: 1 });
      const before = world.nowMs;
      while (tries < 3 && (await world.nothingVisible())) world.nowMs += 1_000;
      waits.push((world.nowMs - before) / 1_000);
    }
    expect(waits.slice(0, 2)).toEqual([60, 120]);
    expect(await world.queue.dead(10)).toEqual([{ message: message('A'), reason: 'The service is busy.', tries: 3 }]);
    expect(await world.queue.depth()).toBe(0);
  });

  it('waits with a message as long as the service asked for', async () => {
    const world = new World({ A: new TransientError('ENTITY_SERVICE_BUSY', 'Busy.', { retry_after_ms: 200_000 }) });
    await world.askFor('A');
    await world.enrich();
    world.nowMs += 199_000;
    expect(await world.nothingVisible()).toBe(true);
    world.nowMs += 1_000;
    expect(await world.nothingVisible()).toBe(false);
  });

  it('gives up a poison message at once, and goes on with the others', async () => {
    const world = new World({ A: refused(), B: { entity_id: 'B', roles: ['CP'], fields: {} } });
    await world.askFor('A', 'B');
    expect(await world.enrich()).toMatchObject({ filled: 1, dead: 1, stopped: null });
    expect(await world.queue.dead(10)).toMatchObject([{ message: message('A'), reason: 'The service said 422.' }]);
  });

  it('gives up a message whose worker died each time, without asking', async () => {
    const world = new World({ A: { entity_id: 'A', roles: ['CP'], fields: {} } });
    await world.askFor('A');
    for (let i = 0; i < 5; i += 1) {
      await world.queue.receive(1, 10);
      world.nowMs += 10_000;
    }
    expect(await world.enrich({ maxTries: 5 })).toMatchObject({ dead: 1 });
    expect(world.asked).toEqual([]);
  });

  it('refuses an identifier that is an alias of another entity here', async () => {
    const world = new World({ 'UBS AG': { entity_id: 'X', roles: ['CP'], fields: {} } });
    await world.entities.putAll([aliasItem('X', 'Y'), entityItem('Y', ['CP'], {})]);
    await world.askFor('UBS AG');
    expect(await world.enrich()).toMatchObject({ dead: 1 });
    expect(await world.entities.get('ubs ag')).toMatchObject({ status: 'pending' });
  });

  it('stops when nobody answers, costs few messages a try, and loses none', async () => {
    const world = new World({});
    world.always = busy();
    await world.askFor(...Array.from({ length: 200 }, (_, i) => `E${i}`));
    const result = await world.enrich();
    expect(result).toMatchObject({ failed: 10, stopped: { code: 'ENTITY_SERVICE_BUSY' } });
    expect(world.asked).toHaveLength(10);
    expect(await world.queue.depth()).toBe(200);
  });

  it('stops at once when the token is refused, and gives the messages back', async () => {
    const world = new World({});
    world.always = new PermanentError('ENTITY_SERVICE_UNAUTHORIZED', 'Refused.');
    await world.askFor('A', 'B');
    await expect(world.enrich()).rejects.toMatchObject({ code: 'ENTITY_SERVICE_UNAUTHORIZED' });
    expect(await world.nothingVisible()).toBe(false);
    expect(await world.queue.depth()).toBe(2);
  });

  it('follows until it is stopped, and gives back what it holds', async () => {
    const world = new World({ A: { entity_id: 'A', roles: ['CP'], fields: {} } });
    await world.askFor('A');
    const stop = new AbortController();
    let looks = 0;
    const sleep = async () => {
      looks += 1;
      if (looks === 1) await world.askFor('B');
    };
    world.beforeAnswer = async ({ text }) => {
      if (text !== 'B') return;
      stop.abort(new Error('stopped'));
      throw new Error('stopped');
    };
    const result = await world.enrich({ follow: true, signal: stop.signal, sleep });
    expect(result).toMatchObject({ filled: 1, stopped: null });
    expect(await world.nothingVisible()).toBe(false);
  });

  it('tells how far it is', async () => {
    const world = new World({ A: { entity_id: 'A', roles: ['CP'], fields: {} } });
    await world.askFor('A', 'B', 'C');
    const told: number[] = [];
    await world.enrich({ onProgress: ({ messages }) => told.push(messages) });
    expect(told).toEqual([1, 3]);
  });

  it('loses and doubles nothing, however the service answers', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('ok', 'unknown', 'busy', 'refused'), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 8 }),
        async (kinds, parallel) => {
          const world = new World({});
          kinds.forEach((kind, i) => {
            if (kind === 'ok') world.answers.set(`E${i}`, { entity_id: `E${i}`, roles: ['CP'], fields: {} });
            if (kind === 'busy') world.answers.set(`E${i}`, busy());
            if (kind === 'refused') world.answers.set(`E${i}`, refused());
          });
          await world.askFor(...kinds.map((_, i) => `E${i}`));
          await world.enrich({ parallel });
          const active = await Array.fromAsync(world.entities.list({ status: 'active' }));
          expect(active.every(({ entity_id }) => kinds[Number(entity_id.slice(1))] === 'ok')).toBe(true);
          const settled = active.length + (await world.queue.depth()) + (await world.queue.deadCount());
          const acknowledged = world.asked.filter((text) => kinds[Number(text.slice(1))] === 'unknown').length;
          expect(settled + acknowledged).toBe(kinds.length);
        },
      ),
    ));
});

type Answer = EntityAnswer | Error;

/** Memory stores, a clock that is set, and a service that answers as told. */
class World {
  nowMs = 0;
  readonly asked: string[] = [];
  readonly answers: Map<string, Answer>;
  readonly queue = new MemoryEnrichmentQueue(() => this.nowMs);
  readonly entities = new MemoryEntityTable();
  readonly a3 = new MemoryJobDailyA3Data();
  readonly stores = { entities: this.entities, jobDailyA3Data: this.a3 };
  beforeAnswer: (question: EntityQuestion) => Promise<void> = async () => undefined;
  always: Error | null = null;

  constructor(answers: Readonly<Record<string, Answer>>) {
    this.answers = new Map(Object.entries(answers));
  }

  /** As `TransformDocumentData` does. */
  async askFor(...texts: readonly string[]): Promise<void> {
    await this.queue.send(texts.map((text) => message(text)));
    for (const text of texts) await this.entities.putIfAbsent(placeholder(entityKey(text), text));
  }

  enrich(options: Partial<EnrichOptions> = {}) {
    return enrichFromQueue(this.queue, this, this.stores, { parallel: 4, maxTries: 5, follow: false, ...options });
  }

  async ask(question: EntityQuestion): Promise<EntityAnswer | null> {
    this.asked.push(question.text);
    await this.beforeAnswer(question);
    const answer = this.always ?? this.answers.get(question.text) ?? null;
    if (answer instanceof Error) throw answer;
    return answer;
  }

  async close(): Promise<void> {}

  /** Looks without taking. */
  async nothingVisible(): Promise<boolean> {
    return this.queue.visible === 0;
  }
}

function message(text: string, lex_id = 'doc-1'): EnrichmentMessage {
  return { entity_key: entityKey(text), text, namespace: 'mac', lex_id };
}

function busy(): Error {
  return new TransientError('ENTITY_SERVICE_BUSY', 'The service is busy.');
}

function refused(): Error {
  return new PermanentError('ENTITY_SERVICE_REFUSED', 'The service said 422.');
}
