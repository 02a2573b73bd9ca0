import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityKey } from '../../src/agreements/look-up-key.ts';
import { readEntityAnswer } from '../../src/enrichment/read-entity-answer.ts';
import { LexdeltaError } from '../../src/errors.ts';

const UBS = 'BFM8T61CT2L1QCEMIK50';

describe('readEntityAnswer', () => {
  it('takes an entity with its memberships, and nothing that it does not know', () => {
    const answer = { entity_id: UBS, co: null, cp: { 'CP.3': 'Y', 'CP.4': ' UBS AG ', 'CP.5': '', 'CP.99': 7 }, x: 1 };
    expect(read({ ...answer, lei_status: 'ISSUED' })).toEqual({
      entity_id: UBS,
      roles: ['CP'],
      fields: { 'CP.3': 'Y', 'CP.4': 'UBS AG' },
      lei_status: 'ISSUED',
    });
  });

  it('takes an entity that stands in neither table, and one that stands in both', () => {
    expect(read({ entity_id: 'H-1' })).toEqual({ entity_id: 'H-1', roles: [], fields: {} });
    expect(read({ entity_id: 'H-1', co: {}, cp: {} })).toMatchObject({ roles: ['CO', 'CP'] });
  });

  it('makes a blank of what a flat file cannot carry', () => {
    expect(read({ entity_id: 'H-1', cp: { 'CP.4': 'A~B\nC' } }).fields).toEqual({ 'CP.4': 'A B C' });
  });

  it.each([
    ['no object', []],
    ['nothing', null],
    ['no identifier', {}],
    ['an empty identifier', { entity_id: ' ' }],
    ['an identifier that is no text', { entity_id: 7 }],
    ['an identifier with a tilde', { entity_id: 'A~B' }],
    ['an identifier of 51 characters', { entity_id: 'x'.repeat(51) }],
    ['an LEI with wrong check digits', { entity_id: '7H6GLXDRUGQFU57RNE79' }],
    ['a lone surrogate', { entity_id: 'A\ud800' }],
    ['a table that is no object', { entity_id: 'H-1', cp: ['UBS'] }],
    ['a column that is no text', { entity_id: 'H-1', cp: { 'CP.4': 4 } }],
    ['a flag that is none', { entity_id: 'H-1', cp: { 'CP.3': 'yes' } }],
    ['a name of 201 characters', { entity_id: 'H-1', cp: { 'CP.4': 'x'.repeat(201) } }],
    ['a share that is none', { entity_id: 'H-1', co: { 'CO.8': 'all' } }],
    ['a status that is none', { entity_id: 'H-1', lei_status: 'issued; DROP' }],
  ])('refuses %s', (_, answer) => {
    expect(() => read(answer)).toThrow(expect.objectContaining({ code: 'ENTITY_ANSWER_INVALID' }));
  });

  it('refuses another LEI than the one that was asked about, and takes the same in another case', () => {
    const other = '7H6GLXDRUGQFU57RNE97';
    expect(() => read({ entity_id: other }, UBS)).toThrow(expect.objectContaining({ code: 'ENTITY_ANSWER_INVALID' }));
    expect(read({ entity_id: UBS }, UBS.toLowerCase())).toMatchObject({ entity_id: UBS });
    expect(read({ entity_id: other }, 'UBS AG')).toMatchObject({ entity_id: other });
  });

  it('says nothing of what it was told', () => {
    const secret = 'Kept-Secret-Name';
    expect(() => read({ entity_id: 'H-1', cp: { 'CP.3': secret, [secret]: 1 } })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(secret) }),
    );
  });

  it('makes of any JSON an answer or a typed refusal', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (entity_id, cp) => {
        try {
          read({ entity_id, cp, co: cp });
        } catch (error) {
          expect(error).toBeInstanceOf(LexdeltaError);
        }
      }),
    );
  });
});

function read(answer: unknown, text = 'UBS AG') {
  return readEntityAnswer(answer, { entity_key: entityKey(text), text });
}
