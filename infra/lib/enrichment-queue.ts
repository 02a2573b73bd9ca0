/** Unknown entities, for `lexdelta entities enrich`, which asks who they are; where it runs is not part of this stack. */
import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** SQS keeps a message at most so long. */
const LONGEST_DAYS = 14;
const TRIES = 5;

export class EnrichmentQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { key }: { readonly key: IKey }) {
    super(scope, id);
    const closed: QueueProps = {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      dataKeyReuse: Duration.hours(1),
      enforceSSL: true,
      retentionPeriod: Duration.days(LONGEST_DAYS),
    };
    this.deadLetters = new Queue(this, 'DeadLetters', closed);
    this.queue = new Queue(this, 'Queue', {
      ...closed,
      visibilityTimeout: Duration.minutes(15),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: TRIES },
    });
  }
}
