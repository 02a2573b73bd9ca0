import { describe, expect, it } from 'vitest';
import { loadNamespaces, loadRules } from '../../../src/runtime/lambda/configuration.ts';
import { readVariables } from '../../../src/runtime/lambda/environment.ts';

describe('the environment of a function', () => {
  it('gives the names that are asked for', () => {
    const environment = { LEXDELTA_LEX: 'https://lex.example', LEXDELTA_ENTITY_TABLE: 'Entity' };

    expect(readVariables(['lexUrl', 'entityTable'], environment)).toEqual({
      lexUrl: 'https://lex.example',
      entityTable: 'Entity',
    });
  });

  it('names everything that is missing in one message', () => {
    const environment = { LEXDELTA_LEX: '', LEXDELTA_TIME_ZONE: 'UTC' };

    expect(() => readVariables(['lexUrl', 'entityTable', 'timeZone'], environment)).toThrowError(
      /CONFIG_INVALID.*LEXDELTA_LEX, LEXDELTA_ENTITY_TABLE/,
    );
  });

  it('may change severities of rules, and refuses rules that are not there', () => {
    expect(loadRules(undefined)).toEqual(loadRules(''));
    expect(() => loadRules('{"no-such-rule":"error"}')).toThrowError(/no-such-rule/);
    expect(() => loadRules('{')).toThrowError(/LEXDELTA_RULES/);
  });

  it('has the built-in namespaces, and refuses a bundled module that is none', () => {
    expect([...loadNamespaces().keys()].sort()).toEqual(['cct', 'docman', 'mac', 'pwm']);
    expect(() => loadNamespaces([{ namespace: 'mine' }])).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});
