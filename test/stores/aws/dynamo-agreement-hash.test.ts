import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { DynamoAgreementHash } from '../../../src/stores/aws/dynamo-agreement-hash.ts';
import { fingerprintOf } from '../../contract/agreement-hash.contract.ts';
import { FakeTiming } from '../../fakes/fake-timing.ts';

const WRITER = { fence: 1, business_date: '2021-10-20' };

/** A table that takes `msPerWrite` for each write, one after the other. */
function storeOf(msPerWrite: { value: number }): DynamoAgreementHash {
  const timing = new FakeTiming();
  const client = { send: async () => ({ [Symbol.toStringTag]: await timing.sleep(msPerWrite.value) }) };
  return new DynamoAgreementHash(client as unknown as DynamoDBClient, 'AgreementHash', { timing });
}

async function write(store: DynamoAgreementHash, count: number): Promise<void> {
  const fingerprint = fingerprintOf(1);
  const changes = Array.from({ length: count }, (_, i) => ({ op: 'good' as const, lex_id: `d${i}`, fingerprint }));
  await store.apply('mac', changes, WRITER);
}

describe('AgreementHash on DynamoDB, changes of a call', () => {
  it('are few to begin with, many while the table is fast, and few again when it has become slow', async () => {
    const msPerWrite = { value: 1 };
    const store = storeOf(msPerWrite);
    const calls = [store.changesPerCall];
    for (const ms of [1, 20, 1_500]) {
      msPerWrite.value = ms;
      await write(store, store.changesPerCall);
      calls.push(store.changesPerCall);
    }
    expect(calls).toEqual([96, 1_000, 500, 96]);
  });

  it('stay as they are after a few, which say nothing', async () => {
    const store = storeOf({ value: 1 });
    await write(store, 20);
    expect(store.changesPerCall).toBe(96);
  });
});
