/**
 * Every finding of the rule packs that stays, with its reason. A finding that no line here explains fails the synthesis.
 */
import { type Stack, Validations } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { CfnSubnet, CfnVPC } from 'aws-cdk-lib/aws-ec2';
import { CfnManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

const NIST = 'NIST.800.53.R5-';

/** Resources with a wildcard, by what they look like and what is done to them. */
const WILDCARDS: readonly { readonly resource: RegExp; readonly actions: RegExp; readonly reason: string }[] = [
  {
    resource:
      /\.Arn>\/(\?{4}-\?\?-\?\?|execution_input|records|published|as_of|replay|look-ups|holds|retention)\/.*\*(\/manifest\.json)?$/,
    actions: /^s3:(GetObject|PutObject|DeleteObject|AbortMultipartUpload)$/,
    reason: 'Objects of one folder of one bucket: their keys hold the date, attempt and number of each run.',
  },
  {
    resource: /^\*$/,
    actions: /^ec2:/,
    reason:
      'Lambda puts the function into the VPC with these, and IAM takes no resource for them; its own code is denied them.',
  },
  {
    resource: /^\*$/,
    actions: /^logs:.*(LogDelivery|LogDeliveries|ResourcePolicy|ResourcePolicies|LogGroups)$/,
    reason: 'Step Functions sets up the delivery of its log; IAM takes no resource for it.',
  },
  { resource: /^\*$/, actions: /^xray:/, reason: 'X-Ray takes no resource.' },
  {
    resource: /:execution:[\w-]+-(DailyAgreementJob|TransformDeltaBatch):\*$/,
    actions: /^states:(DescribeExecution|StopExecution)$/,
    reason: 'Executions of one machine: their names hold the date and attempt, or are given by Step Functions.',
  },
];

export function acknowledge(stack: Stack): void {
  for (const construct of stack.node.findAll()) {
    for (const [id, reason] of reasonsFor(construct, stack)) Validations.of(construct).acknowledge({ id, reason });
  }
}

type Reason = readonly [id: string, reason: string];

function reasonsFor(construct: IConstruct, stack: Stack): readonly Reason[] {
  if (construct instanceof CfnManagedPolicy) return wildcardReasons(construct, stack);
  if (construct instanceof CfnTable) {
    return [
      [
        `${NIST}DynamoDBInBackupPlan`,
        'Point-in-time recovery for 35 days; hashes can be rebuilt from the head. A plan for the whole account chooses by tag.',
      ],
    ];
  }
  if (construct instanceof CfnAlarm && construct.actionsEnabled === false) {
    return [[`${NIST}CloudWatchAlarmAction`, 'The schedule is switched off, and this alarm says that it did not run.']];
  }
  if (construct instanceof CfnBucket) return bucketReasons(construct);
  if (construct instanceof CfnFunction) return functionReasons(construct);
  if (construct instanceof CfnVPC) {
    return [
      [
        `${NIST}VPCDefaultSecurityGroupClosed`,
        'No interface holds the default group; closing it would take a function with rights over security groups.',
      ],
    ];
  }
  if (construct instanceof CfnSubnet) {
    return [
      [
        'CloudFormation-Validate::W3010',
        'Zones are parameters: Inet’s endpoint service is offered in named zones, and nothing is looked up.',
      ],
    ];
  }
  return [];
}

function bucketReasons(bucket: CfnBucket): readonly Reason[] {
  const replication: Reason = [
    `${NIST}S3BucketReplicationEnabled`,
    'One region: every object has versions, and a day can be run again. Where a copy elsewhere is asked for, JobDailyA3Data is the bucket to copy.',
  ];
  if (!bucket.node.path.includes('/AccessLogs/')) return [replication];
  return [
    replication,
    [`${NIST}S3DefaultEncryptionKMS`, 'S3 delivers access logs only to buckets with its own encryption.'],
  ];
}

function functionReasons({ deadLetterConfig, reservedConcurrentExecutions }: CfnFunction): readonly Reason[] {
  const reasons: Reason[] = [];
  if (deadLetterConfig === undefined) {
    reasons.push([
      `${NIST}LambdaDLQ`,
      'A state machine waits for every call and catches its error; only calls that nobody waits for have dead letters.',
    ]);
  }
  if (reservedConcurrentExecutions === undefined) {
    reasons.push([
      `${NIST}LambdaConcurrency`,
      'Switched off by the parameter reserveConcurrency, for accounts with little concurrency; the machines bound their calls.',
    ]);
  }
  return reasons;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** A wildcard is explained when each action on it is; statements that CDK has merged have several reasons. */
function wildcardReasons(policy: CfnManagedPolicy, stack: Stack): readonly Reason[] {
  const { Statement } = stack.resolve(policy.policyDocument) as { readonly Statement: readonly Statement[] };
  const reasons = new Map<string, Set<string | null>>();
  for (const { Effect, Action, Resource } of Statement) {
    if (Effect !== 'Allow') continue;
    for (const resource of [Resource].flat().map(textOf)) {
      if (!resource.includes('*')) continue;
      const known = reasons.get(resource) ?? new Set();
      for (const action of [Action].flat()) known.add(reasonFor(resource, action));
      reasons.set(resource, known);
    }
  }
  return [...reasons]
    .filter(([, known]) => !known.has(null))
    .map(([resource, known]) => [`AwsSolutions-IAM5[Resource::${resource}]`, [...known].join(' ')]);
}

function reasonFor(resource: string, action: string): string | null {
  return WILDCARDS.find((one) => one.resource.test(resource) && one.actions.test(action))?.reason ?? null;
}

/** A resource as the rule packs write it: references in angle brackets. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::GetAtt': attribute, 'Fn::Join': join, Ref: ref } = value as Readonly<Record<string, unknown>>;
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  if (Array.isArray(join)) return (join[1] as readonly unknown[]).map(textOf).join(String(join[0]));
  return `<${String(ref)}>`;
}
