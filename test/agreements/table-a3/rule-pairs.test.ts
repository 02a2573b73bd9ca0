/** Every rule of the catalogue has a pair of examples, which go through the code that the job itself runs. */
import { describe, expect, it } from 'vitest';
import { readDocument } from '../../../src/agreements/extract-id.ts';
import { readMasterTable } from '../../../src/agreements/imports/master-table.ts';
import { planEntityImport } from '../../../src/agreements/imports/plan-import.ts';
import type { EntityItem } from '../../../src/agreements/look-up-items.ts';
import { aliasItem, entityItem } from '../../../src/agreements/make-look-up-items.ts';
import { docman } from '../../../src/agreements/namespaces/docman.ts';
import { finishDocument } from '../../../src/agreements/table-a3/finish.ts';
import { prepareDocument } from '../../../src/agreements/table-a3/prepare.ts';
import { RULES } from '../../../src/agreements/table-a3/rules.ts';
import { DEFAULT_RULES } from '../../../src/agreements/table-a3/rules-in-force.ts';
import { openPublishedDay, readFindings } from '../../../src/publish/read-published.ts';
import type { PutLine } from '../../../src/steps/pages/page-object.ts';
import { transformPutLines } from '../../../src/steps/slices/transform-put-lines.ts';
import { MemoryJobDailyA3Data } from '../../fakes/memory-job-daily-a3-data.ts';
import { docmanDocument, KNOWN, lookUpsOf } from '../../fixtures/documents.ts';
import { publishDay, transformedRow, validLine } from '../../publish/day-fixture.ts';
import { documentOf, QuerySetting } from '../../steps/query-setting.ts';
import { IMPORT_EXAMPLES, type ImportExample } from './import-examples.ts';
import { LINE_EXAMPLES } from './line-examples.ts';
import { KEPT, NEAR_EXAMPLES, RULE_EXAMPLES, type RuleExample } from './rule-examples.ts';
import { type Row, TABLE_EXAMPLES } from './table-examples.ts';

/** Ids of the rules that were found broken. */
type Found = () => Promise<readonly string[]>;

interface RulePair {
  readonly rule: string;
  readonly breaks: Found;
  readonly keeps: Found;
}

async function brokenByLine(line: Buffer): Promise<readonly string[]> {
  const result = readDocument(line, { idField: 'lexId' });
  return result.ok ? [] : [result.rule];
}

async function brokenByListing(...rows: readonly Buffer[]): Promise<readonly string[]> {
  const setting = new QuerySetting();
  setting.lex.rows.push(...rows.map((bytes) => ({ id: 'a', bytes })));
  await setting.query(1, 10);
  const lines = (await setting.objects()).flatMap(({ lines: all }) => all);
  return lines.flatMap((line) => (line.op === 'put' ? ((line as PutLine).reject?.rule ?? []) : []));
}

/** An entity as somebody may have left it who wrote into the table by hand. */
async function brokenWith(entity: EntityItem): Promise<readonly string[]> {
  const document = { ...docmanDocument(), party_2_id: entity.entity_id };
  const lookUps = lookUpsOf([...KNOWN, entity]);
  const put = { line: { op: 'put', lex_id: 'd-1', document, reject: null } as unknown as PutLine, raw: '' };
  const { lines } = await transformPutLines([put], {
    entities: { get: async (key) => lookUps.entity(key) },
    laws: { get: async (key) => lookUps.law(key) },
    module: docman,
    rules: DEFAULT_RULES,
  });
  return lines.flatMap(({ findings }) => findings.map(({ rule }) => rule));
}

async function brokenByDocument({
  module,
  document,
  items = [],
}: Omit<RuleExample, 'rule'>): Promise<readonly string[]> {
  const look = lookUpsOf([...KNOWN, ...items]);
  return finishDocument(prepareDocument(module, document), look, DEFAULT_RULES).findings.map(({ rule }) => rule);
}

const ENTITIES = new Map(
  [entityItem('CO', ['CO'], {}), entityItem('CP', ['CP'], {}), entityItem('BOTH', ['CO', 'CP'], {})].map(
    (item) => [item.entity_key, item] as const,
  ),
);

async function brokenByTable(rows: readonly Row[], base: readonly Row[] | undefined): Promise<readonly string[]> {
  const a3 = new MemoryJobDailyA3Data();
  const slice = (all: readonly Row[]) => ({
    namespace: 'mac',
    lines: all.map((row, i) => validLine(`d-${i}`, [transformedRow(row)])),
  });
  const overrides = [{ accept: 'fill', by: 'Ada', reason: 'to see the finding' }] as const;
  const options = {
    overrides,
    maxFillRateDrop: 0.05,
    entities: { get: async (key: string) => ENTITIES.get(key) ?? null },
  };
  const before =
    base === undefined
      ? null
      : (await publishDay(a3, { business_date: '2021-10-19', attempt: 1 }, null, [slice(base)], options)).manifest;
  const id = { business_date: '2021-10-20', attempt: 1 };
  const { manifest } = await publishDay(a3, id, before, [slice(rows)], options);
  const findings = await Array.fromAsync(readFindings(a3, await openPublishedDay(a3, manifest)));
  return findings.map(({ rule }) => rule);
}

async function brokenByImport(role: ImportExample['role'], text: string): Promise<readonly string[]> {
  const lines = readMasterTable(role, [Buffer.from(text)], 'file.csv');
  const alias = aliasItem('An Alias', 'B');
  const { refusals } = await planEntityImport([{ file: 'file.csv', lines }], async (key) => {
    return key === alias.entity_key ? alias : null;
  });
  return refusals.map(({ rule }) => rule ?? '');
}

const nearOf = (example: RuleExample): Omit<RuleExample, 'rule'> =>
  NEAR_EXAMPLES.find(({ rule }) => rule === example.rule) ?? {
    ...KEPT.find(({ module }) => module.namespace === example.module.namespace)!,
    ...(example.items && { items: example.items }),
  };

const PAIRS: readonly RulePair[] = [
  ...LINE_EXAMPLES.map(({ rule, breaks, keeps }) => ({
    rule,
    breaks: () => brokenByLine(breaks),
    keeps: () => brokenByLine(keeps),
  })),
  {
    rule: 'LEX-duplicate-id',
    breaks: () => brokenByListing(documentOf('a', 'one'), documentOf('a', 'two')),
    keeps: () => brokenByListing(documentOf('a', 'one'), documentOf('a', 'one')),
  },
  {
    rule: 'LEX-internal',
    breaks: () => brokenWith({ ...entityItem('HOUSE-9', ['CP'], {}), roles: null as never }),
    keeps: () => brokenWith(entityItem('HOUSE-9', ['CP'], {})),
  },
  ...RULE_EXAMPLES.map((example) => ({
    rule: example.rule,
    breaks: () => brokenByDocument(example),
    keeps: () => brokenByDocument(nearOf(example)),
  })),
  ...TABLE_EXAMPLES.map(({ rule, base, breaks, keeps }) => ({
    rule,
    breaks: () => brokenByTable(breaks, base),
    keeps: () => brokenByTable(keeps, base),
  })),
  ...IMPORT_EXAMPLES.map(({ rule, role, breaks, keeps }) => ({
    rule,
    breaks: () => brokenByImport(role, breaks),
    keeps: () => brokenByImport(role, keeps),
  })),
];

describe('the examples', () => {
  it('are one pair for every rule of the catalogue, and for nothing else', () => {
    const paired = PAIRS.map(({ rule }) => rule);

    expect(new Set(paired).size).toBe(paired.length);
    expect(paired.toSorted()).toEqual(RULES.map(({ id }) => id).toSorted());
  });

  it('near to a rule belong to rules that have an example', () => {
    const broken = new Set(RULE_EXAMPLES.map(({ rule }) => rule));

    expect(NEAR_EXAMPLES.map(({ rule }) => rule).filter((rule) => !broken.has(rule))).toEqual([]);
  });

  it.each(PAIRS.map((pair) => [pair.rule, pair] as const))(
    '%s is broken by one and kept by the other',
    async (id, pair) => {
      expect(await pair.breaks()).toContain(id);
      expect(await pair.keeps()).not.toContain(id);
    },
  );
});
