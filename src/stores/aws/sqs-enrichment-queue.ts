import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiptHandleIsInvalid,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { EnrichmentMessage } from '../../agreements/look-up-items.ts';
import type { EnrichmentQueue } from '../look-ups.ts';
import { Pace, type PaceOptions } from './pace.ts';

/** SQS takes and gives at most 10 messages a request. */
const BATCH_MESSAGES = 10;
/** Longer names are cut: ten messages must fit into the 256 KiB that a request of every region holds. */
const MAX_TEXT_UNITS = 4_096;
/** A short poll asks some of SQS's machines only, and may miss the one message that there is. */
const POLL_SECONDS = 1;

/**
 * The enrichment queue on SQS (a standard queue with dead letters): at least once, about in the order of sending. Unlike the
 * embedded one it does not know what waits already: a document that is seen every day adds a message a day until its entity
 * is known; the worker acknowledges what is no longer pending, and the queue's retention bounds the rest. A message that is
 * none of ours is left to the dead letters.
 *
 * Rights on the queue: `sqs:SendMessage` for `send`; `sqs:ReceiveMessage` for `receive`; `sqs:DeleteMessage` for
 * `acknowledge`; `sqs:GetQueueAttributes` for `depth`. On its key, via SQS: `kms:GenerateDataKey` and `kms:Decrypt` for `send`,
 * `kms:Decrypt` for `receive`.
 */
export class SqsEnrichmentQueue implements EnrichmentQueue {
  readonly #client: SQSClient;
  readonly #url: string;
  readonly #pace: Pace;

  constructor(client: SQSClient, queueUrl: string, options?: PaceOptions) {
    this.#client = client;
    this.#url = queueUrl;
    this.#pace = new Pace(`queue ${queueUrl.split('/').at(-1)}`, options);
  }

  async send(messages: readonly EnrichmentMessage[]): Promise<void> {
    for (let start = 0; start < messages.length; start += BATCH_MESSAGES) {
      await this.#sendBatch(messages.slice(start, start + BATCH_MESSAGES));
    }
  }

  async receive(
    max: number,
    visibilitySeconds: number,
  ): Promise<
    readonly { readonly receipt: string; readonly message: EnrichmentMessage; readonly receiveCount: number }[]
  > {
    const received: { receipt: string; message: EnrichmentMessage; receiveCount: number }[] = [];
    for (let asked = 0; asked < max; ) {
      const command = new ReceiveMessageCommand({
        QueueUrl: this.#url,
        MaxNumberOfMessages: Math.min(BATCH_MESSAGES, max - asked),
        VisibilityTimeout: visibilitySeconds,
        WaitTimeSeconds: POLL_SECONDS,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      const { Messages = [] } = await this.#pace.run('ReceiveMessage', () => this.#client.send(command));
      if (Messages.length === 0) break;
      asked += Messages.length;
      for (const { ReceiptHandle = '', Body, Attributes } of Messages) {
        const message = messageOf(Body);
        const receiveCount = Number(Attributes?.ApproximateReceiveCount ?? 1);
        if (message !== null) received.push({ receipt: ReceiptHandle, message, receiveCount });
      }
    }
    return received;
  }

  async acknowledge(receipt: string): Promise<void> {
    const command = new DeleteMessageCommand({ QueueUrl: this.#url, ReceiptHandle: receipt });
    await this.#pace
      .run('DeleteMessage', () => this.#client.send(command))
      .catch((error: unknown) => {
        // A message that is gone. If it is not, it comes back, and ends among the dead letters, where it is seen.
        if (!(error instanceof ReceiptHandleIsInvalid)) throw error;
      });
  }

  async depth(): Promise<number> {
    const names = [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ] as const;
    const command = new GetQueueAttributesCommand({ QueueUrl: this.#url, AttributeNames: [...names] });
    const { Attributes } = await this.#pace.run('GetQueueAttributes', () => this.#client.send(command));
    return names.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
  }

  /** SQS answers for each message; those that it was too busy for are sent again. */
  async #sendBatch(messages: readonly EnrichmentMessage[]): Promise<void> {
    let left = messages.map((message, i) => ({ Id: String(i), MessageBody: bodyOf(message) }));
    await this.#pace.run('SendMessageBatch', async () => {
      const command = new SendMessageBatchCommand({ QueueUrl: this.#url, Entries: left });
      const { Failed = [] } = await this.#client.send(command);
      if (Failed.length === 0) return;
      const ids = new Set(Failed.map(({ Id }) => Id));
      left = left.filter(({ Id }) => ids.has(Id));
      const hard = Failed.find(({ SenderFault }) => SenderFault === true);
      const error = new Error(hard?.Message ?? `SQS did not take ${left.length} of ${messages.length} messages.`);
      error.name = hard === undefined ? 'ServiceUnavailable' : (hard.Code ?? 'Error');
      throw error;
    });
  }
}

/** JSON, with the two characters escaped that SQS refuses and JSON allows. */
function bodyOf(message: EnrichmentMessage): string {
  const text = message.text.slice(0, MAX_TEXT_UNITS);
  const json = JSON.stringify({ ...message, text });
  return json.replaceAll('\ufffe', '\\ufffe').replaceAll('\uffff', '\\uffff');
}

/** @returns `null` for what we never sent */
function messageOf(body: Message['Body']): EnrichmentMessage | null {
  try {
    const value: unknown = JSON.parse(body ?? '');
    if (typeof value !== 'object' || value === null) return null;
    const { entity_key, text, namespace, lex_id } = value as Record<string, unknown>;
    const isText = [entity_key, text, namespace, lex_id].every((field) => typeof field === 'string');
    return isText ? ({ entity_key, text, namespace, lex_id } as EnrichmentMessage) : null;
  } catch {
    return null;
  }
}
