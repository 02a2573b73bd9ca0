/** The tables, buckets and queues of the synthesised template, made on a stand-in under names of their own. */
import { type AttributeDefinition, CreateTableCommand, type KeySchemaElement } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { createDynamoDbClient, createS3Client, createSqsClient } from '../../../src/stores/aws/create-aws-clients.ts';
import { ACCOUNT, REGION } from '../deployment/sample-parameters.ts';
import type { Resource, Template } from './deployed-rights.ts';

export interface Place {
  readonly endpoint: string;
  readonly region: string;
}

/** A resource as other parts of the template speak of it. */
interface Made {
  readonly ref: string;
  readonly arn: string;
}

/** A policy refuses a schedule's start of another machine than this. */
const MACHINE = { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } };

/** @returns what puts the made things into the place of a template's references */
export async function makeStores(template: Template, place: Place): Promise<(value: unknown) => unknown> {
  const clients = { dynamoDb: createDynamoDbClient(place), s3: createS3Client(place), sqs: createSqsClient(place) };
  try {
    const made = new Map<string, Made>();
    for (const [id, resource] of Object.entries(template.Resources)) {
      const one = await make(id, resource, clients);
      if (one !== null) made.set(id, one);
    }
    return (value) => resolve(value, made);
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

/** The machine that the schedule starts; it does nothing. */
export async function makeMachine(name: string, roleArn: string, place: Place): Promise<void> {
  const client = new SFNClient(place);
  await client.send(new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(MACHINE) }));
  client.destroy();
}

async function make(
  id: string,
  { Type, Properties }: Resource,
  clients: {
    readonly dynamoDb: ReturnType<typeof createDynamoDbClient>;
    readonly s3: ReturnType<typeof createS3Client>;
    readonly sqs: ReturnType<typeof createSqsClient>;
  },
): Promise<Made | null> {
  const arn = (service: string, name: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;
  switch (Type) {
    case 'AWS::DynamoDB::Table': {
      const { AttributeDefinitions, KeySchema } = Properties as unknown as TableProperties;
      const keys = { AttributeDefinitions: [...AttributeDefinitions], KeySchema: [...KeySchema] };
      await clients.dynamoDb.send(new CreateTableCommand({ TableName: id, BillingMode: 'PAY_PER_REQUEST', ...keys }));
      return { ref: id, arn: arn('dynamodb', `table/${id}`) };
    }
    case 'AWS::S3::Bucket': {
      const name = id.toLowerCase();
      await clients.s3.send(new CreateBucketCommand({ Bucket: name }));
      return { ref: name, arn: `arn:aws:s3:::${name}` };
    }
    case 'AWS::SQS::Queue': {
      const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName: id }));
      return { ref: QueueUrl!, arn: arn('sqs', id) };
    }
    case 'AWS::KMS::Key':
      return { ref: id, arn: arn('kms', `key/${id}`) };
    case 'AWS::Logs::LogGroup':
      return { ref: id, arn: arn('logs', `log-group:${id}:*`) };
    default:
      return null;
  }
}

interface TableProperties {
  readonly AttributeDefinitions: readonly AttributeDefinition[];
  readonly KeySchema: readonly KeySchemaElement[];
}

function resolve(value: unknown, made: ReadonlyMap<string, Made>): unknown {
  if (Array.isArray(value)) return value.map((one) => resolve(one, made));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Intrinsic;
  if (Ref !== undefined) return theMade(Ref, made).ref;
  if (attribute?.[1] === 'Arn') return theMade(attribute[0], made).arn;
  if (join !== undefined) return join[1].map((part) => resolve(part, made)).join(join[0]);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner, made)]));
}

interface Intrinsic {
  readonly Ref?: string;
  readonly 'Fn::GetAtt'?: readonly [id: string, attribute: string];
  readonly 'Fn::Join'?: readonly [separator: string, parts: readonly unknown[]];
}

function theMade(id: string, made: ReadonlyMap<string, Made>): Made {
  const one = made.get(id);
  if (one === undefined) throw new Error(`Something that was made for no function speaks of ${id}.`);
  return one;
}
