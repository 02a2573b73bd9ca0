/** The stores of the stack, their ARNs and names, and what rights on them mean for IAM and for the keys. */
import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { VariableName } from '../../src/runtime/lambda/environment.ts';
import type { Buckets } from './buckets.ts';
import type { EnrichmentQueue } from './enrichment-queue.ts';
import type { Keys } from './keys.ts';
import { type Parameters, policyOf } from './parameters.ts';
import type { Right, Thing } from './rights.ts';
import type { Tables } from './tables.ts';

export interface Stores {
  readonly keys: Keys;
  readonly tables: Tables;
  readonly buckets: Buckets;
  readonly enrichment: EnrichmentQueue;
}

/** Services through which the data key is used. A secret's key is its own. */
const KEYED = ['s3', 'dynamodb', 'sqs'] as const;

export class Things {
  readonly #stack: Stack;
  readonly #stores: Stores;
  readonly #parameters: Parameters;
  readonly #dailyAgreementJobArn: string;

  constructor(stack: Stack, stores: Stores, parameters: Parameters, dailyAgreementJobArn: string) {
    this.#stack = stack;
    this.#stores = stores;
    this.#parameters = parameters;
    this.#dailyAgreementJobArn = dailyAgreementJobArn;
  }

  arn(thing: Thing): string {
    const { tables, buckets, enrichment } = this.#stores;
    switch (thing) {
      case 'jobStats':
      case 'agreementHash':
      case 'queryCounts':
      case 'governingLaw':
      case 'entity':
        return tables[thing].tableArn;
      case 'jobDailyDelta':
      case 'jobDailyBatchProcessing':
      case 'jobDailyA3Data':
        return buckets[thing].bucketArn;
      case 'enrichmentQueue':
        return enrichment.queue.queueArn;
      case 'lexToken':
        return this.#parameters.lex.tokenSecretArn;
      case 'dailyAgreementJob':
        return this.#dailyAgreementJobArn;
    }
  }

  /** The statements of a function's row, with those for the keys behind what it touches. */
  statements(rights: readonly Right[]): readonly PolicyStatement[] {
    return [...rights.map((right) => this.#statement(right)), ...this.#keyStatements(rights)];
  }

  /** Environment variables, by the names that the functions' code knows. */
  value(name: VariableName): string {
    const { tables, buckets, enrichment } = this.#stores;
    const { lex, schedule, job, retention } = this.#parameters;
    const values: Readonly<Record<VariableName, string>> = {
      jobStatsTable: tables.jobStats.tableName,
      agreementHashTable: tables.agreementHash.tableName,
      queryCountsTable: tables.queryCounts.tableName,
      governingLawTable: tables.governingLaw.tableName,
      entityTable: tables.entity.tableName,
      jobDailyDeltaBucket: buckets.jobDailyDelta.bucketName,
      jobDailyBatchProcessingBucket: buckets.jobDailyBatchProcessing.bucketName,
      jobDailyA3DataBucket: buckets.jobDailyA3Data.bucketName,
      enrichmentQueueUrl: enrichment.queue.queueUrl,
      lexUrl: lex.url,
      lexTokenSecret: lex.tokenSecretArn,
      stateMachine: this.#dailyAgreementJobArn,
      jobInput: JSON.stringify(job),
      timeZone: schedule.timeZone,
      daysBack: String(schedule.daysBack),
      holidays: JSON.stringify(schedule.holidays),
      retention: JSON.stringify(policyOf(retention)),
    };
    return values[name];
  }

  #statement({ on, actions, keys, prefixes }: Right): PolicyStatement {
    const arn = this.arn(on);
    return new PolicyStatement({
      actions: [...actions],
      resources: keys === undefined ? [arn] : keys.map((pattern) => `${arn}/${pattern}`),
      ...(prefixes === undefined ? {} : { conditions: { StringLike: { 's3:prefix': [...prefixes] } } }),
    });
  }

  #keyStatements(rights: readonly Right[]): readonly PolicyStatement[] {
    const statements: PolicyStatement[] = [];
    for (const service of KEYED) {
      const actions = new Set(
        rights.flatMap((right) => right.actions).filter((action) => action.startsWith(`${service}:`)),
      );
      const keyActions = keyActionsFor(service, actions);
      if (keyActions.length > 0) statements.push(this.#viaService(this.#stores.keys.data.keyArn, service, keyActions));
    }
    const { tokenKeyArn } = this.#parameters.lex;
    if (tokenKeyArn !== null && rights.some(({ on }) => on === 'lexToken')) {
      statements.push(this.#viaService(tokenKeyArn, 'secretsmanager', ['kms:Decrypt']));
    }
    return statements;
  }

  #viaService(keyArn: string, service: string, actions: readonly string[]): PolicyStatement {
    return new PolicyStatement({
      actions: [...actions],
      resources: [keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `${service}.${this.#stack.region}.amazonaws.com` } },
    });
  }
}

/**
 * DynamoDB decrypts its table key as the caller. S3 needs a data key to write, and decrypts it for parts; listing and
 * deleting touch no contents. SQS needs both to send.
 */
function keyActionsFor(service: (typeof KEYED)[number], actions: ReadonlySet<string>): readonly string[] {
  if (actions.size === 0) return [];
  if (service === 'dynamodb') return ['kms:Decrypt'];
  if (service === 'sqs' || actions.has('s3:PutObject')) return ['kms:Decrypt', 'kms:GenerateDataKey'];
  return actions.has('s3:GetObject') ? ['kms:Decrypt'] : [];
}
