import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  MessageNotInflight,
  type QueueAttributeName,
  ReceiptHandleIsInvalid,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type EnrichmentMessage, MAX_ASKED_TEXT } from '../../agreements/look-up-items.ts';
import { cutAt } from '../../agreements/table-a3/text.ts';
import { PermanentError } from '../../errors.ts';
import type { DeadLetter, EnrichmentQueue, ReceivedMessage } from '../look-ups.ts';
import { Pace, type PaceOptions } from './pace.ts';

/** SQS takes and gives at most 10 messages a request. */
const BATCH_MESSAGES = 10;
/** A short poll asks some of SQS's machines only, and may miss the one message that there is. */
const POLL_SECONDS = 1;
/** How long dead letters are hidden while they are listed or sent again; those that were listed are shown again at once. */
const DEAD_SECONDS = 120;
const REDRIVEN = 'Received too often: whoever worked on it each time died, or was stopped.';
const NOT_OURS = 'Not a message of lexdelta.';

/**
 * The enrichment queue on SQS (a standard queue with dead letters): at least once, about in the order of sending. Unlike the
 * embedded one it does not know what waits already: a document that is seen every day adds a message a day until its entity
 * is known; the worker acknowledges what is no longer pending, and the queue's retention bounds the rest.
 *
 * Dead letters are in the queue that the redrive policy names: SQS moves there what was received too often, and what is none
 * of ours, which nobody ever acknowledges; `bury` sends there with the reason. SQS cannot show messages, only hand them out:
 * `dead` hides what it lists for a moment, and beside another one may miss some.
 *
 * Rights on the queue: `sqs:SendMessage` for `send` and `retryDead`; `sqs:ReceiveMessage` for `receive`; `sqs:DeleteMessage`
 * for `acknowledge` and `bury`; `sqs:ChangeMessageVisibility` for `postpone`; `sqs:GetQueueAttributes` for `depth`, `bury`,
 * `dead`, `retryDead` and `deadCount`. On the dead letters: `sqs:SendMessage` for `bury`; `sqs:ReceiveMessage` and
 * `sqs:ChangeMessageVisibility` for `dead`; `sqs:ReceiveMessage` and `sqs:DeleteMessage` for `retryDead`;
 * `sqs:GetQueueAttributes` for `deadCount`. On their key, via SQS: `kms:GenerateDataKey` and `kms:Decrypt` for whatever sends,
 * `kms:Decrypt` for whatever receives.
 */
export class SqsEnrichmentQueue implements EnrichmentQueue {
  readonly #client: SQSClient;
  readonly #url: string;
  readonly #pace: Pace;
  #deadUrl: Promise<string> | undefined;

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

  async receive(max: number, visibilitySeconds: number): Promise<readonly ReceivedMessage[]> {
    const received: ReceivedMessage[] = [];
    // Those that are none of ours stay hidden, and there may be others behind them.
    for (let isEmpty = false; !isEmpty && received.length < max; ) {
      const wanted = max - received.length;
      let taken = 0;
      for await (const { ReceiptHandle = '', Body, Attributes } of this.#take(this.#url, wanted, visibilitySeconds)) {
        taken += 1;
        const message = messageOf(bodyIn(Body));
        const receiveCount = Number(Attributes?.ApproximateReceiveCount ?? 1);
        if (message !== null) received.push({ receipt: ReceiptHandle, message, receiveCount });
      }
      isEmpty = taken < wanted;
    }
    return received;
  }

  acknowledge(receipt: string): Promise<void> {
    return this.#delete(this.#url, receipt);
  }

  postpone(receipt: string, seconds: number): Promise<void> {
    return this.#hide(this.#url, receipt, seconds);
  }

  /** Sent first: a crash in between leaves it in both places. */
  async bury({ receipt, message, receiveCount }: ReceivedMessage, reason: string): Promise<void> {
    const body = bodyOf(message, { reason, tries: receiveCount });
    const command = new SendMessageCommand({ QueueUrl: await this.#deadLetters(), MessageBody: body });
    await this.#pace.run('SendMessage', () => this.#client.send(command));
    await this.acknowledge(receipt);
  }

  async dead(max: number): Promise<readonly DeadLetter[]> {
    const url = await this.#deadLetters();
    const letters: DeadLetter[] = [];
    const receipts: string[] = [];
    try {
      for await (const { ReceiptHandle = '', Body } of this.#take(url, max, DEAD_SECONDS)) {
        receipts.push(ReceiptHandle);
        letters.push(letterOf(Body));
      }
    } finally {
      await Promise.all(receipts.map((receipt) => this.#hide(url, receipt, 0)));
    }
    return letters;
  }

  async retryDead(): Promise<number> {
    const url = await this.#deadLetters();
    let sent = 0;
    for await (const { ReceiptHandle = '', Body } of this.#take(url, Number.POSITIVE_INFINITY, DEAD_SECONDS)) {
      const message = messageOf(bodyIn(Body));
      if (message === null) continue;
      await this.send([message]);
      await this.#delete(url, ReceiptHandle);
      sent += 1;
    }
    return sent;
  }

  depth(): Promise<number> {
    return this.#count(this.#url);
  }

  async deadCount(): Promise<number> {
    return this.#count(await this.#deadLetters());
  }

  async *#take(url: string, max: number, visibilitySeconds: number): AsyncGenerator<Message> {
    for (let asked = 0; asked < max; ) {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: Math.min(BATCH_MESSAGES, max - asked),
        VisibilityTimeout: visibilitySeconds,
        WaitTimeSeconds: POLL_SECONDS,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      const { Messages = [] } = await this.#pace.run('ReceiveMessage', () => this.#client.send(command));
      if (Messages.length === 0) return;
      asked += Messages.length;
      yield* Messages;
    }
  }

  async #delete(url: string, receipt: string): Promise<void> {
    const command = new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: receipt });
    await unlessGone(this.#pace.run('DeleteMessage', () => this.#client.send(command)));
  }

  async #hide(url: string, receipt: string, seconds: number): Promise<void> {
    const command = new ChangeMessageVisibilityCommand({
      QueueUrl: url,
      ReceiptHandle: receipt,
      VisibilityTimeout: Math.ceil(seconds),
    });
    await unlessGone(this.#pace.run('ChangeMessageVisibility', () => this.#client.send(command)));
  }

  /** URL of the queue that the redrive policy names. Both are of one account and region, so that only the name differs. */
  #deadLetters(): Promise<string> {
    this.#deadUrl ??= this.#findDeadLetters().catch((error: unknown) => {
      this.#deadUrl = undefined;
      throw error;
    });
    return this.#deadUrl;
  }

  async #findDeadLetters(): Promise<string> {
    const { RedrivePolicy } = await this.#attributes(this.#url, ['RedrivePolicy']);
    const arn = bodyIn(RedrivePolicy)?.['deadLetterTargetArn'];
    if (typeof arn === 'string') return this.#url.replace(/[^/]+$/, arn.split(':').at(-1)!);
    const queue = this.#url.split('/').at(-1)!;
    throw new PermanentError('STORE_MISSING', `The queue ${queue} has no queue for dead letters.`, { queue });
  }

  async #count(url: string): Promise<number> {
    const names = [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ] as const;
    const attributes = await this.#attributes(url, names);
    return names.reduce((sum, name) => sum + Number(attributes[name] ?? 0), 0);
  }

  async #attributes(url: string, names: readonly QueueAttributeName[]) {
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] });
    const { Attributes } = await this.#pace.run('GetQueueAttributes', () => this.#client.send(command));
    return Attributes ?? {};
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

/** A message that is gone. If it is not, it comes back, and ends among the dead letters, where it is seen. */
async function unlessGone(answer: Promise<unknown>): Promise<void> {
  await answer.catch((error: unknown) => {
    if (!(error instanceof ReceiptHandleIsInvalid || error instanceof MessageNotInflight)) throw error;
  });
}

/** JSON, with the two characters escaped that SQS refuses and JSON allows. */
function bodyOf(message: EnrichmentMessage, more: object = {}): string {
  const text = cutAt(message.text, MAX_ASKED_TEXT);
  const json = JSON.stringify({ ...message, text, ...more });
  return json.replaceAll('\ufffe', '\\ufffe').replaceAll('\uffff', '\\uffff');
}

function bodyIn(json: string | undefined): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(json ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** @returns `null` for what we never sent */
function messageOf(body: Readonly<Record<string, unknown>> | null): EnrichmentMessage | null {
  const { entity_key, text, namespace, lex_id } = body ?? {};
  const isText = [entity_key, text, namespace, lex_id].every((field) => typeof field === 'string');
  return isText ? ({ entity_key, text, namespace, lex_id } as EnrichmentMessage) : null;
}

/** A letter without a reason was moved by SQS itself. */
function letterOf(json: string | undefined): DeadLetter {
  const body = bodyIn(json);
  const message = messageOf(body);
  const { reason, tries } = body ?? {};
  return {
    message,
    reason: message === null ? NOT_OURS : typeof reason === 'string' ? reason : REDRIVEN,
    tries: typeof tries === 'number' ? tries : null,
  };
}
