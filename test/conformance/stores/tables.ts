/** New tables with the keys that the drivers expect. */
import { randomUUID } from 'node:crypto';
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Partition key, then sort key; all are texts. */
export const TABLE_KEYS = {
  JobStats: ['business_date', 'execution_name'],
  AgreementHash: ['namespace_bucket', 'lex_id'],
  JobInstanceNamespaceQueryCounts: ['job_id', 'namespace_iteration'],
  GoverningLaw: ['law_key'],
  Entity: ['entity_key'],
} as const;
export type TableKind = keyof typeof TABLE_KEYS;

/** @returns its name, which no other table has */
export async function createTable(client: DynamoDBClient, kind: TableKind): Promise<string> {
  const TableName = `${kind}-${randomUUID()}`;
  const keys = TABLE_KEYS[kind];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
    }),
  );
  return TableName;
}
