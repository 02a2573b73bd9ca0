import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { NAMESPACES, type Namespace } from '../../scripts/sample/source.ts';
import { partiesOf } from '../../scripts/sample/split.ts';
import { contentHash } from '../../src/agreements/content-hash.ts';
import { readDocument } from '../../src/agreements/extract-id.ts';
import type { EntityRole } from '../../src/agreements/look-up-items.ts';
import { lawKey } from '../../src/agreements/look-up-key.ts';
import { aliasItem, entityItem, lawItem } from '../../src/agreements/make-look-up-items.ts';
import { BUILT_IN_NAMESPACES } from '../../src/agreements/namespaces/built-in.ts';
import { finishDocument } from '../../src/agreements/table-a3/finish.ts';
import type { LookUps } from '../../src/agreements/table-a3/look-ups.ts';
import { prepareDocument } from '../../src/agreements/table-a3/prepare.ts';
import { DEFAULT_RULES } from '../../src/agreements/table-a3/rules-in-force.ts';
import type { TransformedDocument } from '../../src/agreements/transformed.ts';
import { DAYS, type SampleDocument, sampleDocuments, sampleText, source } from './sample-files.ts';

const lookUps = readLookUps();
const days = { 'day-1': sampleDocuments('day-1'), 'day-2': sampleDocuments('day-2') };
const transformed = {
  'day-1': days['day-1'].map((document) => [document, transform(document)] as const),
  'day-2': days['day-2'].map((document) => [document, transform(document)] as const),
};
const before = new Map(days['day-1'].map((document) => [document.lexId, document]));

describe('the figures in the README of the sample', () => {
  const figures = readFigures();

  it.each(DAYS)('say how many documents of %s are valid and rejected, and the rows that they make', (day) => {
    const valid = transformed[day].filter(([, result]) => result.valid).map(([document]) => document);
    const rejected = transformed[day].filter(([, result]) => !result.valid).map(([document]) => document);

    const name = day.replace('-', ' ');
    expect(figures.get(`${name}: documents`)).toEqual(byNamespace(days[day]));
    expect(figures.get(`${name}: valid`)).toEqual(byNamespace(valid));
    expect(figures.get(`${name}: rejected`)).toEqual(byNamespace(rejected));
    const rows = transformed[day].flatMap(([document, result]) => result.rows.map(() => document));
    expect(figures.get(`${name}: rows`)).toEqual(byNamespace(rows));
  });

  it('say what the second day finds', () => {
    const listed = new Set(days['day-2'].map(({ lexId }) => lexId));
    const outcomes = Map.groupBy(days['day-2'], outcomeOf);

    for (const outcome of ['unchanged', 'touched', 'new', 'changed'] as const) {
      expect(figures.get(`day 2: ${outcome}`)).toEqual(byNamespace(outcomes.get(outcome) ?? []));
    }
    const removed = days['day-1'].filter(({ lexId }) => !listed.has(lexId));
    expect(figures.get('day 2: removed')).toEqual(byNamespace(removed));
  });

  it('say why documents are rejected on the first day', () => {
    const reasons = transformed['day-1'].filter(([, { valid }]) => !valid).map((pair) => reasonOf(...pair));
    const counts = Object.fromEntries(
      [...Map.groupBy(reasons, (reason) => reason)].map(([reason, { length }]) => [reason, length]),
    );

    expect(counts).toEqual({
      'a party is nobody': readReason('a party is nobody'),
      'fewer than two parties': readReason('fewer than two parties'),
      'a party is not known': readReason('a party is not known'),
      'A3.3-repeated': readReason('a party is listed twice'),
    });
  });
});

describe('the transformation gate of 0.9', () => {
  it('is passed on the first day with at least 20 rejected documents', () => {
    const rejected = transformed['day-1'].filter(([, { valid }]) => !valid);

    expect(rejected.length).toBeGreaterThanOrEqual(20);
    expect(1 - rejected.length / transformed['day-1'].length).toBeGreaterThanOrEqual(0.9);
  });

  it('is passed on the second day by what is new or changed', () => {
    const planned = transformed['day-2'].filter(([document]) => ['new', 'changed'].includes(outcomeOf(document)));

    expect(planned.filter(([, { valid }]) => valid).length / planned.length).toBeGreaterThanOrEqual(0.9);
  });
});

describe('the transformed sample', () => {
  it('rejects documents for the parties alone, never for their shape or dates', () => {
    const errors = new Set(
      DAYS.flatMap((day) => transformed[day])
        .flatMap(([, { findings }]) => findings)
        .filter(({ severity }) => severity === 'error')
        .map(({ rule }) => rule),
    );

    expect([...errors].sort()).toEqual([
      'A3.2-absent',
      'A3.2-too-long',
      'A3.2-unknown',
      'A3.3-repeated',
      'A3.6-absent',
      'A3.6-too-long',
      'A3.6-unknown',
      'LEX-no-record',
      'LEX-unexpected-value',
    ]);
  });

  it('shows the corrections of title and date in the rows, and heals four rejected documents', () => {
    const value = (day: 'day-1' | 'day-2', lexId: string, name: 'A3.4' | 'A3.5'): unknown =>
      transformed[day].find(([document]) => document.lexId === lexId)?.[1].rows[0]?.values[name];
    const healed = transformed['day-1'].flatMap(([document, { valid }]) => {
      const now = transformed['day-2'].find(([{ lexId }]) => lexId === document.lexId);
      return !valid && now?.[1].valid ? [document.agreementId] : [];
    });

    expect(value('day-1', 'docman-0000000029', 'A3.4')).toBe('INTELLECTUAL PROPERTY AGREEMENT, d');
    expect(value('day-2', 'docman-0000000029', 'A3.4')).toBe('INTELLECTUAL PROPERTY AGREEMENT');
    expect(value('day-1', 'pwm-0000000198', 'A3.5')).toBe('2008-05-25');
    expect(value('day-2', 'pwm-0000000198', 'A3.5')).toBe('2018-05-25');
    expect(healed.sort()).toEqual(['cuad-0001', 'cuad-0011', 'cuad-0042', 'cuad-0296']);
  });

  it('publishes the same row where only a spelling that the bank knew is mended', () => {
    for (const lexId of ['cct-0000000035', 'mac-0000000260', 'docman-0000000273']) {
      const [old, now] = DAYS.map((day) => transformed[day].find(([document]) => document.lexId === lexId)![1]);
      expect(old!.valid).toBe(true);
      expect(now!.rows.map(({ values }) => values)).toEqual(old!.rows.map(({ values }) => values));
    }
  });
});

function transform({ namespace, line }: SampleDocument): TransformedDocument {
  const module = moduleOf(namespace);
  const read = readDocument(Buffer.from(line), module);
  if (!read.ok) throw new Error(read.message);
  return finishDocument(prepareDocument(module, read.document), lookUps, DEFAULT_RULES);
}

function moduleOf(namespace: Namespace): (typeof BUILT_IN_NAMESPACES)[number] {
  return BUILT_IN_NAMESPACES.find((module) => module.namespace === namespace)!;
}

function outcomeOf({ lexId, namespace, line, body }: SampleDocument): 'new' | 'unchanged' | 'touched' | 'changed' {
  const old = before.get(lexId);
  if (old === undefined) return 'new';
  if (old.line === line) return 'unchanged';
  const { volatileFields } = moduleOf(namespace);
  return contentHash(old.body, volatileFields) === contentHash(body, volatileFields) ? 'touched' : 'changed';
}

/** What the README calls it: by the parties of the agreement, else by the rules that were broken. */
function reasonOf({ agreementId }: SampleDocument, { findings }: TransformedDocument): string {
  const agreement = source.agreements.find(({ id }) => id === agreementId)!;
  const parties = partiesOf(agreement, source.reading);
  if (parties.some((party) => source.reading.names_nobody.includes(party))) return 'a party is nobody';
  if (parties.length < 2) return 'fewer than two parties';
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
  return errors.some((rule) => rule.endsWith('-unknown')) ? 'a party is not known' : errors.join();
}

function byNamespace(documents: readonly SampleDocument[]): readonly number[] {
  const counts = NAMESPACES.map((namespace) => documents.filter((one) => one.namespace === namespace).length);
  return [...counts, documents.length];
}

/** The look-up files as Entity and GoverningLaw hold them. */
function readLookUps(): LookUps {
  const rows = (name: string): readonly (readonly string[])[] => parse(sampleText(`look-ups/${name}`)).slice(1);
  const roles = new Map<string, EntityRole[]>();
  for (const [id] of rows('co.csv')) roles.set(id!, ['CO']);
  for (const [id] of rows('cp.csv')) roles.set(id!, [...(roles.get(id!) ?? []), 'CP']);
  const entities = new Map(
    [
      ...[...roles].map(([id, of]) => entityItem(id, of, {})),
      ...rows('aliases.csv').map(([alias, id]) => aliasItem(alias!, id!)),
    ].map((item) => [item.entity_key, item]),
  );
  const laws = new Map(rows('laws.csv').map(([key, display]) => [lawKey(key!), lawItem(key!, display!)]));
  return { entity: (key) => entities.get(key) ?? null, law: (key) => laws.get(key) ?? null };
}

/** The README's table of figures: name to the four namespaces' numbers and their sum. */
function readFigures(): ReadonlyMap<string, readonly number[]> {
  const lines = sampleText('README.md').matchAll(/^\| (day \d: \w+) \|([\d |]+)\|$/gm);
  return new Map([...lines].map(([, name, numbers]) => [name!, numbers!.split('|').map(Number)]));
}

function readReason(reason: string): number {
  return Number(new RegExp(`^\\| (\\d+) \\| ${reason}`, 'm').exec(sampleText('README.md'))?.[1]);
}
