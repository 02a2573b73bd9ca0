import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addNumbers, compareNumbers, normaliseNumber } from '../../src/engine/dynamodb/decimal.ts';
import { type ItemOperation, runItemOperation } from '../../src/engine/dynamodb/item-operations.ts';
import type { Item } from '../../src/engine/dynamodb/item-tables.ts';
import type { Json } from '../../src/engine/json.ts';
import { MemoryItemTables } from '../fakes/memory-item-tables.ts';
import { machineOf, makeEngine } from './make-engine.ts';

const KEY = { pk: { S: 'a' }, sk: { S: 'b' } };

async function tableWith(item: Item | null): Promise<MemoryItemTables> {
  const tables = new MemoryItemTables({ Locks: ['pk', 'sk'] });
  if (item !== null) await tables.update('Locks', KEY, () => ({ ...KEY, ...item }));
  return tables;
}

const run = (tables: MemoryItemTables, operation: ItemOperation, more: object) =>
  runItemOperation(operation, { TableName: 'Locks', ...more } as Json, tables);
const stored = (tables: MemoryItemTables) => tables.get('Locks', KEY);

describe('conditions', () => {
  const item: Item = {
    n: { N: '5' },
    s: { S: 'm' },
    t: { BOOL: true },
    z: { NULL: true },
    l: { L: [{ N: '1' }] },
    m: { M: { a: { S: 'x' } } },
  };
  const VALUES: Readonly<Record<string, object>> = {
    ':five': { N: '5.0' },
    ':six': { N: '6' },
    ':ten': { N: '10' },
    ':m': { S: 'm' },
    ':a': { S: 'a' },
    ':true': { BOOL: true },
    ':null': { NULL: true },
    ':list': { L: [{ N: '1' }] },
    ':map': { M: { a: { S: 'x' } } },
  };
  const test = async (ConditionExpression: string) => {
    const used = Object.entries(VALUES).filter(([name]) => new RegExp(`${name}\\b`).test(ConditionExpression));
    const names = ConditionExpression.includes('#n') ? { ExpressionAttributeNames: { '#n': 'n' } } : {};
    const values = used.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(used) };
    const tables = await tableWith(item);
    try {
      await run(tables, 'putItem', { Item: { ...KEY }, ConditionExpression, ...names, ...values });
      return true;
    } catch (error) {
      expect(await stored(tables)).toMatchObject(item);
      const name = (error as { error: string }).error;
      return name === 'DynamoDB.ConditionalCheckFailedException' ? false : name;
    }
  };

  it.each<[string, boolean | string]>([
    ['n = :five', true],
    ['#n = :five', true],
    ['n <> :five', false],
    ['n < :six', true],
    ['n <= :five', true],
    ['n > :five', false],
    ['n >= :five', true],
    ['n < :ten', true],
    ['s > :a', true],
    ['s = :m', true],
    ['t = :true', true],
    ['z = :null', true],
    ['l = :list', true],
    ['m = :map', true],
    ['n = :m', false],
    ['n <> :m', true],
    ['n < :m', false],
    ['absent = :five', false],
    ['absent <> :five', true],
    ['absent < :five', false],
    [':five = n', true],
    ['s = s', true],
    ['attribute_exists(n)', true],
    ['attribute_exists(absent)', false],
    ['attribute_not_exists(absent)', true],
    ['attribute_not_exists(#n)', false],
    ['NOT n = :six', true],
    ['not attribute_exists(n)', false],
    ['NOT NOT n = :five', true],
    ['n = :six OR s = :m', true],
    ['n = :five AND s = :a', false],
    ['n = :six OR n = :five AND s = :a', false],
    ['(n = :six OR n = :five) AND s = :m', true],
    ['NOT (n = :five AND s = :a)', true],
    ['n = :five and s = :m', true],
    ['n=:five', true],
    ['t < :true', 'DynamoDB.ValidationException'],
    ['size(n) = :five', 'DynamoDB.ValidationException'],
    ['n BETWEEN :five AND :six', 'DynamoDB.ValidationException'],
    ['n IN (:five)', 'DynamoDB.ValidationException'],
    ['m.a = :a', 'DynamoDB.ValidationException'],
    ['l[0] = :five', 'DynamoDB.ValidationException'],
    ['contains(s, :m)', 'DynamoDB.ValidationException'],
    ['n = 5', 'DynamoDB.ValidationException'],
    ['n :five', 'DynamoDB.ValidationException'],
    ['n = :five AND', 'DynamoDB.ValidationException'],
    ['', 'DynamoDB.ValidationException'],
    ['(n = :five', 'DynamoDB.ValidationException'],
    ['n = :five)', 'DynamoDB.ValidationException'],
    ['status = :five', 'DynamoDB.ValidationException'],
    [`${'('.repeat(5000)}n = :five${')'.repeat(5000)}`, 'DynamoDB.ValidationException'],
  ])('%s: %s', async (expression, expected) => {
    expect(await test(expression)).toBe(expected);
  });

  it('names the place of what it refuses', async () => {
    const tables = await tableWith(null);
    const put = run(tables, 'putItem', {
      Item: KEY,
      ConditionExpression: 'a = :v AND size(b) = :v',
      ExpressionAttributeValues: { ':v': { N: '1' } },
    });
    await expect(put).rejects.toThrow(/EXPRESSION_INVALID.*`size`.*character 12/);
  });
});

describe('updateItem', () => {
  const update = async (old: Item | null, UpdateExpression: string, values: object = {}, more: object = {}) => {
    const tables = await tableWith(old);
    const given = Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values };
    const result = await run(tables, 'updateItem', { Key: KEY, UpdateExpression, ...given, ...more });
    return { item: await stored(tables), result };
  };

  it('sets, adds, subtracts and removes, reading the item as it was', async () => {
    const { item } = await update(
      { n: { N: '5' }, b2: { N: '1' }, gone: { S: 'x' } },
      'SET n = b2, b2 = n + :two, c = :two - n, d = if_not_exists(d, :zero) + :two, e = if_not_exists(n, :zero) REMOVE gone, never',
      { ':two': { N: '2' }, ':zero': { N: '0' } },
    );
    expect(item).toEqual({ ...KEY, n: { N: '1' }, b2: { N: '7' }, c: { N: '-3' }, d: { N: '2' }, e: { N: '5' } });
  });

  it('makes an item that is not there', async () => {
    const { item } = await update(null, 'SET fence = if_not_exists(fence, :zero) + :one', {
      ':zero': { N: '0' },
      ':one': { N: '1' },
    });
    expect(item).toEqual({ ...KEY, fence: { N: '1' } });
  });

  it.each<[string, object]>([
    ['NONE', {}],
    ['ALL_NEW', { Attributes: { ...KEY, a: { N: '2' }, c: { S: 'c' } } }],
    ['ALL_OLD', { Attributes: { ...KEY, a: { N: '1' }, b: { S: 'b' }, c: { S: 'c' } } }],
    ['UPDATED_NEW', { Attributes: { a: { N: '2' } } }],
  ])('ReturnValues %s', async (ReturnValues, expected) => {
    const { result } = await update(
      { a: { N: '1' }, b: { S: 'b' }, c: { S: 'c' } },
      'SET a = :v REMOVE b',
      { ':v': { N: '2' } },
      { ReturnValues },
    );
    expect(result).toEqual(expected);
  });

  it('ALL_OLD of an item that was not there is nothing', async () => {
    expect((await update(null, 'SET a = :v', { ':v': { S: 'x' } }, { ReturnValues: 'ALL_OLD' })).result).toEqual({});
  });

  it('changes nothing when its condition is false', async () => {
    const tables = await tableWith({ fence: { N: '3' } });
    const refused = run(tables, 'updateItem', {
      Key: KEY,
      UpdateExpression: 'SET a = :v',
      ConditionExpression: 'fence = :v',
      ExpressionAttributeValues: { ':v': { N: '2' } },
    });
    await expect(refused).rejects.toMatchObject({ error: 'DynamoDB.ConditionalCheckFailedException' });
    expect(await stored(tables)).toEqual({ ...KEY, fence: { N: '3' } });
  });

  it.each<[string, object, object?]>([
    ['SET pk = :v', { ':v': { S: 'x' } }],
    ['SET a = :v, a = :v', { ':v': { S: 'x' } }],
    ['SET a = :v REMOVE a', { ':v': { S: 'x' } }],
    ['SET a = absent', {}],
    ['SET a = s + :v', { ':v': { N: '1' } }],
    ['SET a = :v', {}],
    ['SET a = :v', { ':v': { S: 'x' }, ':unused': { S: 'x' } }],
    ['SET #a = :v', { ':v': { S: 'x' } }],
    ['REMOVE a', {}, { ExpressionAttributeNames: { '#unused': 'x' } }],
    ['SET a = :v', { ':v': { N: 'abc' } }],
    ['SET a = :v', { ':v': { N: 5 } }],
    ['SET a = :v', { ':v': { SS: ['x'] } }],
    ['SET a = :v', { ':v': { B: 'eA==' } }],
    ['SET a = :v', { ':v': { S: 'x', N: '1' } }],
    ['SET a = :v', { ':v': 'x' }],
    ['SET a = :v + :v + :v', { ':v': { N: '1' } }],
    ['SET a = list_append(l, :v)', { ':v': { L: [] } }],
    ['SET a.b = :v', { ':v': { S: 'x' } }],
    ['SET a = :v SET b = :v', { ':v': { S: 'x' } }],
    ['ADD a :v', { ':v': { N: '1' } }],
    ['DELETE a :v', { ':v': { N: '1' } }],
    ['SET name = :v', { ':v': { S: 'x' } }],
    ['', {}],
    ['SET a = :v', { ':v': { S: 'x' } }, { ReturnValues: 'UPDATED_OLD' }],
    ['SET a = :v', { ':v': { S: 'x' } }, { ReturnConsumedCapacity: 'TOTAL' }],
    ['SET a = :v', { ':v': { S: 'x' } }, { Key: { pk: { S: 'a' } } }],
    ['SET a = :v', { ':v': { S: 'x' } }, { Key: { ...KEY, more: { S: 'a' } } }],
    ['SET a = :v', { ':v': { S: 'x' } }, { Key: { pk: { S: '' }, sk: { S: 'b' } } }],
    ['SET a = :big + :one', { ':big': { N: '9'.repeat(38) }, ':one': { N: '1.1' } }],
  ])('refuses %s with %j %j', async (expression, values, more = {}) => {
    await expect(update({ s: { S: 'x' } }, expression, values, more)).rejects.toMatchObject({
      error: 'DynamoDB.ValidationException',
    });
  });
});

describe('getItem and putItem', () => {
  it('give back what was put, and nothing where there is nothing', async () => {
    const tables = await tableWith(null);
    expect(await run(tables, 'getItem', { Key: KEY, ConsistentRead: true })).toEqual({});
    const item = { ...KEY, n: { N: '1.50' }, m: { M: { l: { L: [{ NULL: true }, { BOOL: false }] } } } };
    expect(await run(tables, 'putItem', { Item: item })).toEqual({});
    expect(await run(tables, 'getItem', { Key: KEY })).toEqual({ Item: { ...item, n: { N: '1.5' } } });
  });

  it('do not know other tables', async () => {
    const get = runItemOperation('getItem', { TableName: 'Nobody', Key: KEY }, await tableWith(null));
    await expect(get).rejects.toMatchObject({ error: 'DynamoDB.ResourceNotFoundException' });
  });

  it('are the same seen from a machine', async () => {
    const Resource = 'arn:aws:states:::dynamodb:updateItem';
    const { engine } = makeEngine({
      lock: machineOf({
        L: {
          Type: 'Task',
          Resource,
          Arguments: {
            TableName: 'Locks',
            Key: KEY,
            UpdateExpression: 'SET #owner = :me, fence = if_not_exists(fence, :zero) + :one',
            ConditionExpression: 'attribute_not_exists(#owner) OR #owner = :me',
            ExpressionAttributeNames: { '#owner': 'owner' },
            ExpressionAttributeValues: {
              ':me': { S: '{% $states.context.Execution.Id %}' },
              ':zero': { N: '0' },
              ':one': { N: '1' },
            },
            ReturnValues: 'ALL_NEW',
          },
          Output: '{% $states.result.Attributes.fence.N %}',
          Catch: [{ ErrorEquals: ['DynamoDB.ConditionalCheckFailedException'], Next: 'Held', Output: 'held' }],
          End: true,
        },
        Held: { Type: 'Succeed' },
      }),
    });
    expect(await engine.startExecution({ machine: 'lock', name: 'one', input: {} })).toEqual({
      status: 'SUCCEEDED',
      output: '1',
    });
    expect(await engine.startExecution({ machine: 'lock', name: 'two', input: {} })).toEqual({
      status: 'SUCCEEDED',
      output: 'held',
    });
  });
});

describe('numbers', () => {
  const whole = fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n });

  it('are exact for whole numbers of up to 38 digits', () =>
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        expect(addNumbers(`${a}`, `${b}`, 1)).toBe(`${a + b}`);
        expect(addNumbers(`${a}`, `${b}`, -1)).toBe(`${a - b}`);
        expect(Math.sign(compareNumbers(`${a}`, `${b}`))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    ));

  it.each([
    ['1.0', '1'],
    ['-0', '0'],
    ['007', '7'],
    ['1e3', '1000'],
    ['1.5E-3', '0.0015'],
    ['.5', '0.5'],
    ['+2', '2'],
    ['120', '120'],
    ['-1.20', '-1.2'],
    ['9'.repeat(38), '9'.repeat(38)],
    ['1e125', `1${'0'.repeat(125)}`],
    ['9'.repeat(39), null],
    ['1e126', null],
    ['1e-131', null],
    ['', null],
    ['.', null],
    ['1e', null],
    ['NaN', null],
    ['0x10', null],
    ['1 ', null],
    ['e5', null],
  ])('normalises %s to %s', (text, expected) => {
    expect(normaliseNumber(text)).toBe(expected);
  });
});
