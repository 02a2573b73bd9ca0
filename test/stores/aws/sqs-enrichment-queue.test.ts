import {
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
  type SQSClientResolvedConfig,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { SqsEnrichmentQueue } from '../../../src/stores/aws/sqs-enrichment-queue.ts';
import { FakeTiming } from '../../fakes/fake-timing.ts';

/** What a request may hold in every region. */
const REQUEST_BYTES = 256 * 1024;
const URL = 'https://sqs.us-east-1.amazonaws.com/000000000000/enrichment';

/** Hands out `bodies` in their order, each once, and keeps what it is sent. */
class OneQueue implements Pick<SQSClient, 'config'> {
  readonly config = {} as SQSClientResolvedConfig;
  readonly sent: SendMessageBatchCommand[] = [];
  readonly #bodies: string[];

  constructor(bodies: readonly string[] = []) {
    this.#bodies = [...bodies];
  }

  async send(command: unknown): Promise<object> {
    if (command instanceof SendMessageBatchCommand) this.sent.push(command);
    if (!(command instanceof ReceiveMessageCommand)) return {};
    const some = this.#bodies.splice(0, command.input.MaxNumberOfMessages);
    return { Messages: some.map((Body, i) => ({ Body, ReceiptHandle: `${i}` })) };
  }
}

function open(client: OneQueue): SqsEnrichmentQueue {
  return new SqsEnrichmentQueue(client as unknown as SQSClient, URL, { timing: new FakeTiming() });
}

function message(entity_key: string, text = entity_key) {
  return { entity_key, text, namespace: 'mac', lex_id: 'doc-1' };
}

describe('EnrichmentQueue on SQS', () => {
  it.each([
    ['control characters', '\u0001'],
    ['quotes', '"'],
    ['what SQS refuses', '\uffff'],
    ['emoji', '\u{1f600}'],
  ])('sends ten messages of nothing but %s in one request that SQS takes', async (_, character) => {
    const client = new OneQueue();
    const key = character.repeat(Math.floor(1_024 / Buffer.byteLength(character)));
    const worst = { ...message(key, character.repeat(100_000)), namespace: 'n'.repeat(32), lex_id: '"'.repeat(1_024) };
    await open(client).send(Array(10).fill(worst));
    expect(client.sent).toHaveLength(1);
    const bodies = client.sent[0]!.input.Entries!.map(({ MessageBody }) => MessageBody!);
    expect(bodies.every((body) => body.isWellFormed() && JSON.parse(body).text.isWellFormed())).toBe(true);
    expect(bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0)).toBeLessThan(REQUEST_BYTES);
  });

  it('looks behind messages that are none of ours: a queue with others in it is not empty', async () => {
    const strange = Array<string>(12).fill('no JSON');
    const ours = ['a', 'b', 'c'].map((key) => JSON.stringify(message(key)));
    const received = await open(new OneQueue([...strange, ...ours])).receive(2, 30);
    expect(received.map((one) => one.message.entity_key)).toEqual(['a', 'b']);
  });
});
