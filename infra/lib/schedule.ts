/** What starts the job every day, and what looks at the deadline whether the day's table is there. */
import { Duration, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { JobFunction } from './job-function.ts';
import type { Parameters, TimeOfDay } from './parameters.ts';

/** A delivery is tried again so often, for so long: an hour late is late enough to be told. */
const RETRIES = 5;
const LONGEST_DELAY = Duration.hours(1);
const RETENTION = Duration.days(14);

/** Deliveries and calls that failed for good. */
export class ScheduleDeadLetters extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { operationsKey }: { readonly operationsKey: IKey }) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: operationsKey,
      enforceSSL: true,
      retentionPeriod: RETENTION,
    });
  }

  /** What may put a dead letter here needs these. */
  statements(key: IKey): readonly PolicyStatement[] {
    return [
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] }),
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `sqs.${Stack.of(this).region}.amazonaws.com` } },
      }),
    ];
  }
}

export interface DailyScheduleProps {
  readonly schedule: Parameters['schedule'];
  readonly starter: JobFunction;
  readonly deadlineCheck: JobFunction;
  readonly deadLetters: ScheduleDeadLetters;
  readonly operationsKey: IKey;
}

export class DailySchedule extends Construct {
  constructor(scope: Construct, id: string, props: DailyScheduleProps) {
    super(scope, id);
    this.#daily('Start', props.schedule.start, props.starter, props);
    this.#daily('Deadline', props.schedule.deadline, props.deadlineCheck, props);
  }

  /** Every day, weekends too: which of them are business days is the function's to know. */
  #daily(id: string, { hour, minute }: TimeOfDay, target: JobFunction, props: DailyScheduleProps): void {
    const { schedule, deadLetters, operationsKey } = props;
    const policy = new ManagedPolicy(this, `${id}Policy`, {
      statements: [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target.function.functionArn] }),
        ...deadLetters.statements(operationsKey),
      ],
    });
    const role = new Role(this, `${id}Role`, {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      managedPolicies: [policy],
    });
    new CfnSchedule(this, id, {
      scheduleExpression: `cron(${minute} ${hour} * * ? *)`,
      scheduleExpressionTimezone: schedule.timeZone,
      flexibleTimeWindow: { mode: 'OFF' },
      state: schedule.isEnabled ? 'ENABLED' : 'DISABLED',
      target: {
        arn: target.function.functionArn,
        roleArn: role.roleArn,
        // The time that was meant, not the time of the delivery: a late one must not start another day's run.
        input: JSON.stringify({ scheduled_time: '<aws.scheduler.scheduled-time>' }),
        retryPolicy: { maximumRetryAttempts: RETRIES, maximumEventAgeInSeconds: LONGEST_DELAY.toSeconds() },
        deadLetterConfig: { arn: deadLetters.queue.queueArn },
      },
    });
  }
}
