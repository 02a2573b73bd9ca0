/** The enrichment queue on SQS and the Lex token in Secrets Manager, against ministack. */
import { randomUUID } from 'node:crypto';
import { CreateSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretsManagerClient, createSqsClient } from '../../../src/stores/aws/create-aws-clients.ts';
import { forgetLexToken, readLexToken } from '../../../src/stores/aws/read-lex-token.ts';
import { SqsEnrichmentQueue } from '../../../src/stores/aws/sqs-enrichment-queue.ts';
import { enrichmentQueueContract } from '../../contract/look-ups.contract.ts';
import { FakeTiming } from '../../fakes/fake-timing.ts';
import { type StandIn, startMinistack, useStandInCredentials } from '../stand-ins/stand-in.ts';
import { type Intervention, jsonBody, jsonError, putInFront, type SeenRequest } from './front.ts';

let standIn: StandIn;
let sqs: SQSClient;
let secrets: SecretsManagerClient;
beforeAll(async () => {
  useStandInCredentials();
  standIn = await startMinistack();
  sqs = createSqsClient(place());
  secrets = createSecretsManagerClient(place());
});
afterAll(async () => {
  sqs?.destroy();
  secrets?.destroy();
  await standIn?.stop();
});

enrichmentQueueContract('sqs', async () => new SqsEnrichmentQueue(sqs, await createQueue()), {
  order: 'A standard queue of SQS delivers about in the order of sending.',
  clock: 'The time of SQS cannot be set.',
});

describe('EnrichmentQueue on SQS', () => {
  it('sends any number of messages, ten a request', async () => {
    const { queue, seen } = await newQueue();
    await queue.send(Array.from({ length: 25 }, (_, i) => message(`k${i}`)));
    expect(seen.operations).toEqual(Array(3).fill('SendMessageBatch'));
    expect(await queue.depth()).toBe(25);
  });

  it('sends again those that SQS was too busy for', async () => {
    const sent: number[] = [];
    const { queue } = await newQueue((request) => {
      if (request.operation !== 'SendMessageBatch') return null;
      const { Entries } = JSON.parse(request.body) as { readonly Entries: readonly { readonly Id: string }[] };
      sent.push(Entries.length);
      return sent.length > 1 ? null : failEntries(request, 3, false);
    });
    await queue.send(Array.from({ length: 10 }, (_, i) => message(`k${i}`)));
    expect(sent).toEqual([10, 3]);
    expect((await queue.receive(20, 30)).map((received) => received.message.entity_key).sort()).toEqual(
      Array.from({ length: 10 }, (_, i) => `k${i}`),
    );
  });

  it('tells of a message that SQS refuses', async () => {
    const { queue } = await newQueue((request) => failEntries(request, 1, true));
    await expect(queue.send([message('a')])).rejects.toMatchObject({ name: 'InvalidMessageContents' });
  });

  it('cuts names that are longer than a message', async () => {
    const { queue } = await newQueue();
    await queue.send(
      Array.from({ length: 10 }, (_, i) => ({ ...message(`k${i}`), text: '\u{1f600}'.repeat(500_000) })),
    );
    expect((await queue.receive(10, 30)).map((received) => received.message.text)).toEqual(
      Array(10).fill('\u{1f600}'.repeat(2_000)),
    );
  });

  it.each(['', 'no JSON', '[]', '{"entity_key":1}'])(
    'leaves %j, which it never sent, to the dead letters',
    async (body) => {
      const QueueUrl = await createQueue();
      const queue = new SqsEnrichmentQueue(sqs, QueueUrl);
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body === '' ? ' ' : body }));
      await queue.send([message('a')]);
      expect((await queue.receive(10, 30)).map((received) => received.message)).toEqual([message('a')]);
      expect(await queue.depth()).toBe(2);
    },
  );

  it('lists what SQS moved, and what is none of ours, with a reason, and sends only messages again', async () => {
    const QueueUrl = await createQueue();
    const queue = new SqsEnrichmentQueue(sqs, QueueUrl);
    const dead = `${QueueUrl}-dead`;
    await sqs.send(new SendMessageCommand({ QueueUrl: dead, MessageBody: JSON.stringify(message('a')) }));
    await sqs.send(new SendMessageCommand({ QueueUrl: dead, MessageBody: 'no JSON' }));
    const letters = await queue.dead(10);
    expect(letters).toHaveLength(2);
    expect(letters).toContainEqual({
      message: message('a'),
      reason: 'Received too often: whoever worked on it each time died, or was stopped.',
      tries: null,
    });
    expect(letters).toContainEqual({ message: null, reason: 'Not a message of lexdelta.', tries: null });
    expect(await queue.retryDead()).toBe(1);
    expect(await queue.deadCount()).toBe(1);
    expect((await queue.receive(10, 30)).map((received) => received.message)).toEqual([message('a')]);
  });

  it('tells of a queue without one for dead letters', async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: randomUUID() }));
    const queue = new SqsEnrichmentQueue(sqs, QueueUrl!);
    await expect(queue.dead(1)).rejects.toMatchObject({ code: 'STORE_MISSING' });
  });

  it('tells of a queue that is not there', async () => {
    const queue = new SqsEnrichmentQueue(sqs, `${standIn.endpoint}/000000000000/nowhere`, { timing: new FakeTiming() });
    await expect(queue.send([message('a')])).rejects.toMatchObject({ code: 'STORE_MISSING' });
  });

  it.each([
    ['KmsAccessDenied', 'STORE_KMS_DENIED'],
    ['KmsDisabled', 'STORE_KMS_DENIED'],
    ['AccessDeniedException', 'STORE_ACCESS_DENIED'],
    ['RequestThrottled', 'STORE_THROTTLED'],
    ['KmsThrottled', 'STORE_THROTTLED'],
  ])('tells %s as %s', async (type, code) => {
    const { queue } = await newQueue(() => ({ kind: 'refuse', answer: jsonError(type) }));
    await expect(queue.send([message('a')])).rejects.toMatchObject({ code });
  });
});

describe('readLexToken', () => {
  it.each([
    ['a text', ' secret-token\n', 'secret-token'],
    ['the field of a JSON object', '{ "token": "secret-token", "user": "lex" }', 'secret-token'],
    ['a text that begins with a brace', '{token', '{token'],
  ])('reads %s', async (_, SecretString, token) => {
    expect(await readLexToken(await createSecret(SecretString), secrets)).toBe(token);
  });

  it('asks once a process, also when many want it at the same time, until it is told to forget', async () => {
    const secret = await createSecret('one');
    const { client, seen } = behind(() => null);
    expect(await Promise.all([1, 2, 3].map(() => readLexToken(secret, client)))).toEqual(['one', 'one', 'one']);
    expect(seen.operations).toEqual(['GetSecretValue']);
    forgetLexToken(secret);
    await readLexToken(secret, client);
    expect(seen.operations).toHaveLength(2);
  });

  it('asks again after a failure', async () => {
    const secret = await createSecret('one');
    const { client } = behind((_, count) =>
      count === 1 ? { kind: 'refuse', answer: jsonError('AccessDeniedException') } : null,
    );
    await expect(readLexToken(secret, client)).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
    expect(await readLexToken(secret, client)).toBe('one');
  });

  it.each([' ', '{}', '{"token":7}'])('tells of a secret without a token: %j', async (SecretString) => {
    const secret = await createSecret(SecretString);
    await expect(readLexToken(secret, secrets)).rejects.toMatchObject({
      code: 'LEX_TOKEN_MISSING',
      details: { secret },
    });
  });

  it('tells of a secret that is not there, and of one that cannot be decrypted', async () => {
    await expect(readLexToken('nowhere', secrets)).rejects.toMatchObject({ code: 'STORE_MISSING' });
    const { client } = behind(() => ({ kind: 'refuse', answer: jsonError('DecryptionFailure') }));
    await expect(readLexToken('any', client)).rejects.toMatchObject({ code: 'STORE_KMS_DENIED' });
  });
});

function place() {
  return { endpoint: standIn.endpoint, region: 'us-east-1' };
}

function message(entity_key: string) {
  return { entity_key, text: entity_key.toUpperCase(), namespace: 'mac', lex_id: 'doc-1' };
}

/** With a queue for dead letters, as the stack has it. */
async function createQueue(): Promise<string> {
  const name = randomUUID();
  await sqs.send(new CreateQueueCommand({ QueueName: `${name}-dead` }));
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${name}-dead`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 5 });
  return (await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { RedrivePolicy } }))).QueueUrl!;
}

async function createSecret(SecretString: string): Promise<string> {
  const Name = randomUUID();
  await secrets.send(new CreateSecretCommand({ Name, SecretString }));
  return Name;
}

async function newQueue(intervene: (request: SeenRequest, count: number) => Intervention | null = () => null) {
  const url = await createQueue();
  const client = createSqsClient(place());
  const seen = putInFront(client, intervene);
  return { queue: new SqsEnrichmentQueue(client, url, { timing: new FakeTiming() }), seen };
}

function behind(intervene: (request: SeenRequest, count: number) => Intervention | null) {
  const client = createSecretsManagerClient(place());
  return { client, seen: putInFront(client, intervene) };
}

/** Sends all but the last `count` entries, and says that those failed. */
function failEntries(request: SeenRequest, count: number, SenderFault: boolean): Intervention {
  const { Entries } = JSON.parse(request.body) as { readonly Entries: readonly { readonly Id: string }[] };
  const Code = SenderFault ? 'InvalidMessageContents' : 'InternalError';
  const Failed = Entries.slice(-count).map(({ Id }) => ({ Id, Code, Message: 'refused by the front', SenderFault }));
  if (Entries.length === count) {
    const headers = { 'content-type': 'application/x-amz-json-1.0' };
    return { kind: 'refuse', answer: { statusCode: 200, headers, body: JSON.stringify({ Successful: [], Failed }) } };
  }
  const change = jsonBody(request, (body) => ({ ...body, Entries: Entries.slice(0, -count) }));
  return { kind: 'change', request: change, answer: (body) => JSON.stringify({ ...JSON.parse(body), Failed }) };
}
