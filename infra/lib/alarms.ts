/** What somebody must be woken for, each with its article in `docs/runbook.md`. */
import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { METRIC_NAMESPACE } from '../../src/runtime/lambda/metrics.ts';
import type { FunctionName } from '../../src/runtime/machines.ts';
import type { JobFunction } from './job-function.ts';
import type { Machines } from './machines.ts';
import type { Parameters } from './parameters.ts';
import type { Tables } from './tables.ts';

/** The articles of the runbook, which are the alarms' names too. */
export const ARTICLES = [
  'run-failed',
  'run-not-started',
  'table-not-published',
  'deadline-not-checked',
  'query-gate-near-its-threshold',
  'transformation-gate-near-its-threshold',
  'enrichment-queue-old',
  'dead-letters',
  'functions-throttled',
  'tables-throttled',
] as const;
export type Article = (typeof ARTICLES)[number];

export interface AlarmsProps {
  readonly parameters: Parameters;
  readonly operationsKey: IKey;
  readonly machines: Machines;
  readonly functions: Readonly<Record<FunctionName, JobFunction>>;
  readonly tables: Tables;
  readonly enrichmentQueue: Queue;
  readonly deadLetters: readonly Queue[];
}

/** One point of a hundred: the share by which a gate may pass before somebody should know. */
const NEAR = 0.01;
/** Functions that run side by side; a metric sum holds ten. */
const PARALLEL_FUNCTIONS: readonly FunctionName[] = [
  'GetTotalDocsInNamespaceAndCreateBatchesForLexQuery',
  'QueryNamespace',
  'CalculateAndUpdateQueriedDocsInNamespace',
  'GetDeltaDocsBatchInfo',
  'ProcessPayloadForRecursion',
  'TransformDocumentData',
  'CreateJobDailyA3Data',
  'UpdateAgreementHashes',
];

export class Alarms extends Construct {
  readonly topic: ITopic;
  readonly alarms: readonly Alarm[];
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    this.topic = this.#openTopic();
    this.alarms = [
      this.#runFailed(),
      this.#deadline('run-not-started', 'NotStarted', 'At the deadline the day’s run had not been started.'),
      this.#deadline('table-not-published', 'NotPublished', 'At the deadline the day’s table was not published.'),
      this.#deadlineNotChecked(),
      this.#gateNear('query-gate-near-its-threshold', 'QueryGateMargin'),
      this.#gateNear('transformation-gate-near-its-threshold', 'TransformationGateMargin'),
      this.#queueOld(),
      this.#deadLetters(),
      this.#functionsThrottled(),
      this.#tablesThrottled(),
    ];
  }

  #openTopic(): ITopic {
    const { alarms, stackName } = this.#props.parameters;
    if (alarms.topicArn !== null) return Topic.fromTopicArn(this, 'Topic', alarms.topicArn);
    const topic = new Topic(this, 'Topic', {
      displayName: `${stackName} alarms`,
      masterKey: this.#props.operationsKey,
      enforceSSL: true,
    });
    topic.addToResourcePolicy(alarmsMayPublish(Stack.of(this), stackName, topic.topicArn));
    if (alarms.email !== null) topic.addSubscription(new EmailSubscription(alarms.email));
    return topic;
  }

  #runFailed(): Alarm {
    const { dailyAgreementJob } = this.#props.machines;
    const period = { period: Duration.minutes(5), statistic: Stats.SUM };
    return this.#alarm('run-failed', 'A run failed, timed out or was aborted.', {
      metric: sum({
        failed: dailyAgreementJob.metricFailed(period),
        timedOut: dailyAgreementJob.metricTimedOut(period),
        aborted: dailyAgreementJob.metricAborted(period),
      }),
      threshold: 1,
    });
  }

  #deadline(article: Article, metricName: string, text: string): Alarm {
    return this.#alarm(article, text, {
      metric: this.#own(metricName, Stats.MAXIMUM, Duration.minutes(5)),
      threshold: 1,
    });
  }

  /** The check runs once a day: thirty hours without it are more than any change of clocks explains. */
  #deadlineNotChecked(): Alarm {
    return this.#alarm('deadline-not-checked', 'Nobody has looked at the deadline whether the table was there.', {
      metric: this.#own('NotPublished', Stats.SAMPLE_COUNT, Duration.hours(6)),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 5,
      treatMissingData: TreatMissingData.BREACHING,
      actionsEnabled: this.#props.parameters.schedule.isEnabled,
    });
  }

  #gateNear(article: Article, metricName: string): Alarm {
    return this.#alarm(article, 'The gate passed, or failed, within a point of its threshold.', {
      metric: this.#own(metricName, Stats.MINIMUM, Duration.minutes(5)),
      threshold: NEAR,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    });
  }

  #queueOld(): Alarm {
    const { enrichmentQueue, parameters } = this.#props;
    return this.#alarm('enrichment-queue-old', 'Unknown entities wait longer than they should for their enrichment.', {
      metric: enrichmentQueue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(15) }),
      threshold: Duration.hours(parameters.alarms.queueAgeHours).toSeconds(),
    });
  }

  #deadLetters(): Alarm {
    const metrics = this.#props.deadLetters.map((queue, i) => [
      `letters${i}`,
      queue.metricApproximateNumberOfMessagesVisible(),
    ]);
    return this.#alarm('dead-letters', 'A message, a schedule’s delivery or a call was given up.', {
      metric: sum(Object.fromEntries(metrics)),
      threshold: 1,
    });
  }

  #functionsThrottled(): Alarm {
    const { functions } = this.#props;
    const metrics = PARALLEL_FUNCTIONS.map((name, i) => [
      `f${i}`,
      functions[name].function.metricThrottles({ period: Duration.minutes(5) }),
    ]);
    return this.#alarm('functions-throttled', 'Lambda turns calls away.', {
      metric: sum(Object.fromEntries(metrics)),
      threshold: 1,
      evaluationPeriods: 3,
    });
  }

  #tablesThrottled(): Alarm {
    const metrics = this.#props.tables.all.flatMap((table, i) =>
      ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) => [
        `${name.slice(0, 1).toLowerCase()}${i}`,
        table.metric(name, { period: Duration.minutes(5), statistic: Stats.SUM }),
      ]),
    );
    return this.#alarm('tables-throttled', 'DynamoDB turns requests away, for a quarter of an hour.', {
      metric: sum(Object.fromEntries(metrics)),
      threshold: 1,
      evaluationPeriods: 3,
    });
  }

  #own(metricName: string, statistic: string, period: Duration): Metric {
    const dimensionsMap = { Stack: this.#props.parameters.stackName };
    return new Metric({ namespace: METRIC_NAMESPACE, metricName, dimensionsMap, statistic, period });
  }

  #alarm(
    article: Article,
    text: string,
    options: {
      readonly metric: IMetric;
      readonly threshold: number;
      readonly comparisonOperator?: ComparisonOperator;
      readonly evaluationPeriods?: number;
      readonly treatMissingData?: TreatMissingData;
      readonly actionsEnabled?: boolean;
    },
  ): Alarm {
    const { stackName, alarms } = this.#props.parameters;
    const alarm = new Alarm(this, article, {
      alarmName: `${stackName}-${article}`,
      alarmDescription: `${text} What to do: ${alarms.runbookUrl}#${article}`,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...options,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    return alarm;
  }
}

/** A topic with a policy of its own has lost SNS's default one, by which alarms would be let in. */
function alarmsMayPublish({ partition, region, account }: Stack, stackName: string, topicArn: string): PolicyStatement {
  return new PolicyStatement({
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['sns:Publish'],
    resources: [topicArn],
    conditions: {
      ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudwatch:${region}:${account}:alarm:${stackName}-*` },
    },
  });
}

/** Parts without data count as nothing. */
function sum(usingMetrics: Record<string, IMetric>): MathExpression {
  const expression = Object.keys(usingMetrics)
    .map((name) => `FILL(${name}, 0)`)
    .join(' + ');
  return new MathExpression({ expression, usingMetrics, period: Duration.minutes(5) });
}
