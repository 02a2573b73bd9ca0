import { describe, expect, it } from 'vitest';
import { finishDocument } from '../../../src/agreements/table-a3/finish.ts';
import { prepareDocument } from '../../../src/agreements/table-a3/prepare.ts';
import { RULES } from '../../../src/agreements/table-a3/rules.ts';
import { DEFAULT_RULES, mappingVersion, rulesInForce } from '../../../src/agreements/table-a3/rules-in-force.ts';
import { KNOWN, lookUpsOf } from '../../fixtures/documents.ts';
import { KEPT, RULE_EXAMPLES, type RuleExample } from './rule-examples.ts';

function transform({ module, document, items = [] }: Omit<RuleExample, 'rule'>, rules = DEFAULT_RULES) {
  return finishDocument(prepareDocument(module, document), lookUpsOf([...KNOWN, ...items]), rules);
}

describe('the rules', () => {
  it.each(RULE_EXAMPLES.map((example) => [example.rule, example] as const))(
    '%s is found where it is broken',
    (id, example) => {
      const rule = RULES.find((candidate) => candidate.id === id)!;

      const result = transform(example);

      const found = result.findings.find((finding) => finding.rule === id);
      expect(found).toMatchObject({ severity: rule.severity });
      if (rule.field !== null) expect(found).toMatchObject({ field: rule.field, message: rule.message });
      if (rule.severity === 'error') expect(result).toMatchObject({ valid: false, rows: [] });
    },
  );

  it.each(KEPT.map((example) => [example.module.namespace, example] as const))(
    'are all kept by the example of %s',
    (_, example) => {
      const result = transform(example);

      expect(result).toMatchObject({ valid: true, findings: [], unknown_entities: [] });
      expect(result.rows.length).toBeGreaterThan(0);
    },
  );

  it('that warn keep the document valid', () => {
    for (const example of RULE_EXAMPLES) {
      const { valid, findings } = transform(example);
      expect(valid, example.rule).toBe(!findings.some(({ severity }) => severity === 'error'));
    }
  });

  it('have ids of their own', () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  });
});

describe('rulesInForce', () => {
  it('lets configuration say how severe a rule is', () => {
    const example = RULE_EXAMPLES.find(({ rule }) => rule === 'A3.6-in-co-not-cp')!;

    expect(transform(example).valid).toBe(true);
    expect(transform(example, rulesInForce({ 'A3.6-in-co-not-cp': 'error' }, 'rules')).valid).toBe(false);
  });

  it('keeps the value of the document where a broken rule only warns', () => {
    const example = RULE_EXAMPLES.find(({ rule }) => rule === 'A3.6-unknown')!;

    const { valid, rows } = transform(example, rulesInForce({ 'A3.6-unknown': 'warning' }, 'rules'));

    expect(valid).toBe(true);
    expect(rows[0]!.values['A3.6']).toBe('NOBODY');
  });

  it.each([
    [{ 'A3.99-odd': 'error' }, 'rules.A3.99-odd'],
    [{ 'A3.5-absent': 'fatal' }, 'rules.A3.5-absent'],
    [{ 'A3.3-absent': 'warning' }, 'rules.A3.3-absent'],
    [{ __proto__: null, constructor: 'error' }, 'rules.constructor'],
    [[], 'rules'],
    [null, 'rules'],
  ])('refuses %j', (configured, path) => {
    expect(() => rulesInForce(configured, 'rules')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', what: expect.stringContaining(path) }),
    );
  });

  it('names every problem at once', () => {
    expect(() => rulesInForce({ a: 'error', b: 'error' }, 'rules')).toThrow(/rules\.a.*rules\.b/);
  });
});

describe('mappingVersion', () => {
  const module = { namespace: 'mac', version: 1 };

  it('names the namespace, the version and a digest', () => {
    expect(mappingVersion(module, DEFAULT_RULES)).toMatch(/^mac-1-[0-9a-f]{8}$/);
  });

  it('changes with the module and with any severity, and not with the order of configuration', () => {
    const one = mappingVersion(module, rulesInForce({ 'A3.5-absent': 'error', 'A3.7-absent': 'error' }, ''));
    const other = mappingVersion(module, rulesInForce({ 'A3.7-absent': 'error', 'A3.5-absent': 'error' }, ''));

    expect(one).toBe(other);
    expect(one).not.toBe(mappingVersion(module, DEFAULT_RULES));
    expect(mappingVersion({ ...module, version: 2 }, DEFAULT_RULES)).not.toBe(mappingVersion(module, DEFAULT_RULES));
    expect(mappingVersion(module, rulesInForce({}, ''))).toBe(mappingVersion(module, DEFAULT_RULES));
  });
});

describe('the catalogue', () => {
  it('says what each rule checks in a whole sentence, for who reads it away from its field', () => {
    const fragments = RULES.filter(
      ({ checks }) =>
        !/^[A-Z].+\.$/.test(checks) || /^(?:Is|Are|Has|Holds|Names|Stands|At most|Given|Needed)\b/.test(checks),
    );

    expect(fragments.map(({ id, checks }) => `${id}: ${checks}`)).toEqual([]);
  });
});
