/** The whole job on AWS, as one stack. */
import { CfnOutput, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { LEX_CA_FILE_VARIABLE, RULES_VARIABLE, VARIABLES } from '../../src/runtime/lambda/environment.ts';
import { DAILY_AGREEMENT_JOB, type FunctionName } from '../../src/runtime/machines.ts';
import { Alarms } from './alarms.ts';
import { Buckets } from './buckets.ts';
import { JobDashboard } from './dashboard.ts';
import { DEPLOYED_FUNCTIONS, type DeployedFunction, type DeployedName } from './deployed-functions.ts';
import { endpointPolicies } from './endpoint-policies.ts';
import { EnrichmentQueue } from './enrichment-queue.ts';
import { JobFunction } from './job-function.ts';
import { Keys } from './keys.ts';
import { Machines, machineArn } from './machines.ts';
import { Network } from './network.ts';
import { type Parameters, policyOf } from './parameters.ts';
import { RIGHTS } from './rights.ts';
import { DailySchedule, ScheduleDeadLetters } from './schedule.ts';
import { type Stores, Things } from './stores.ts';
import { Tables } from './tables.ts';

export interface LexdeltaStackProps {
  readonly parameters: Parameters;
  /** Folder of the bundles. */
  readonly bundles: string;
}

export class LexdeltaStack extends Stack {
  readonly #parameters: Parameters;
  readonly #bundles: string;

  constructor(scope: Construct, { parameters, bundles }: LexdeltaStackProps) {
    super(scope, parameters.stackName, {
      env: { account: parameters.account, region: parameters.region },
      description: 'lexdelta: the daily Table A-3 of legal agreements',
      terminationProtection: parameters.deletionProtection,
    });
    this.#parameters = parameters;
    this.#bundles = bundles;
    for (const [name, value] of Object.entries({ application: 'lexdelta', ...parameters.tags }))
      Tags.of(this).add(name, value);

    const keys = new Keys(this, 'Keys', parameters);
    const stores: Stores = {
      keys,
      tables: new Tables(this, 'Tables', { ...parameters, key: keys.data }),
      buckets: new Buckets(this, 'Buckets', { ...parameters, key: keys.data }),
      enrichment: new EnrichmentQueue(this, 'Enrichment', { key: keys.data }),
    };
    const network = new Network(this, 'Network', parameters, this.#flowLogs(keys));
    const things = new Things(this, stores, parameters, machineArn(this, parameters.stackName, DAILY_AGREEMENT_JOB));
    const deadLetters = new ScheduleDeadLetters(this, 'ScheduleDeadLetters', { operationsKey: keys.operations });
    const functions = this.#functions(things, network, keys, deadLetters);
    const roleArns = Object.fromEntries(Object.entries(functions).map(([name, { role }]) => [name, role.roleArn]));
    network.addEndpoints(endpointPolicies(things, roleArns as Record<DeployedName, string>));
    this.#operations(stores, functions, deadLetters);
  }

  /** From the parameters, so that nothing is looked up when the stack is synthesised. */
  override get availabilityZones(): string[] {
    return [...this.#parameters.availabilityZones];
  }

  #flowLogs(keys: Keys): LogGroup | null {
    if (this.#parameters.network.vpc !== null) return null; // Whoever owns the VPC watches it.
    return new LogGroup(this, 'FlowLogs', {
      encryptionKey: keys.operations,
      retention: this.#parameters.retention.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  #functions(
    things: Things,
    network: Network,
    keys: Keys,
    deadLetters: ScheduleDeadLetters,
  ): Readonly<Record<DeployedName, JobFunction>> {
    const { stackName, retention, reserveConcurrency, job } = this.#parameters;
    const made = DEPLOYED_FUNCTIONS.map((deployed) => {
      const isScheduled = deployed.name === 'StartDailyAgreementJob' || deployed.name === 'CheckDeadline';
      const statements = things.statements(RIGHTS[deployed.name]);
      const jobFunction = new JobFunction(this, deployed.name, deployed, {
        stackName,
        bundles: this.#bundles,
        network,
        operationsKey: keys.operations,
        logDays: retention.logDays,
        statements: isScheduled ? [...statements, ...deadLetters.statements(keys.operations)] : statements,
        environment: this.#environment(deployed, things),
        reservedConcurrency: reserveConcurrency ? reservationFor(deployed.parallel(job.max_parallel_executions)) : null,
        ...(isScheduled ? { deadLetters: deadLetters.queue } : {}),
      });
      return [deployed.name, jobFunction] as const;
    });
    return Object.fromEntries(made) as Record<DeployedName, JobFunction>;
  }

  #environment({ name, variables, places }: DeployedFunction, things: Things): Readonly<Record<string, string>> {
    const { rules, lex } = this.#parameters;
    const environment: Record<string, string> = {};
    for (const variable of variables) environment[VARIABLES[variable]] = things.value(variable);
    if (JUDGING.has(name) && Object.keys(rules).length > 0) environment[RULES_VARIABLE] = JSON.stringify(rules);
    if (places.includes('lex') && lex.certificateAuthorityFile !== null)
      environment[LEX_CA_FILE_VARIABLE] = '/var/task/lex-ca.pem';
    return environment;
  }

  #operations(
    stores: Stores,
    functions: Readonly<Record<DeployedName, JobFunction>>,
    deadLetters: ScheduleDeadLetters,
  ): void {
    const {
      stackName,
      retention,
      alarms: { runbookUrl },
      schedule,
    } = this.#parameters;
    const operationsKey = stores.keys.operations;
    const machines = new Machines(this, 'Machines', {
      stackName,
      functions,
      stores,
      operationsKey,
      logDays: retention.logDays,
    });
    const { StartDailyAgreementJob: starter, CheckDeadline: deadlineCheck } = functions;
    new DailySchedule(this, 'Schedule', { schedule, starter, deadlineCheck, deadLetters, operationsKey });
    const alarms = new Alarms(this, 'Alarms', {
      parameters: this.#parameters,
      operationsKey,
      machines,
      functions: functions as Readonly<Record<FunctionName, JobFunction>>,
      tables: stores.tables,
      enrichmentQueue: stores.enrichment.queue,
      deadLetters: [stores.enrichment.deadLetters, deadLetters.queue],
    });
    new JobDashboard(this, 'Dashboard', {
      stackName,
      runbookUrl,
      alarms,
      machines,
      functions: Object.values(functions),
      tables: stores.tables,
    });
    this.#outputs(stores, machines, alarms);
  }

  /** What `lexdelta --aws <stack>` and operators need to find. Logical ids are theirs: they do not change. */
  #outputs({ tables, buckets, enrichment, keys }: Stores, machines: Machines, alarms: Alarms): void {
    const { job } = this.#parameters;
    const outputs: Readonly<Record<string, string>> = {
      JobStatsTable: tables.jobStats.tableName,
      AgreementHashTable: tables.agreementHash.tableName,
      JobInstanceNamespaceQueryCountsTable: tables.queryCounts.tableName,
      GoverningLawTable: tables.governingLaw.tableName,
      EntityTable: tables.entity.tableName,
      JobDailyDeltaBucket: buckets.jobDailyDelta.bucketName,
      JobDailyBatchProcessingBucket: buckets.jobDailyBatchProcessing.bucketName,
      JobDailyA3DataBucket: buckets.jobDailyA3Data.bucketName,
      EnrichmentQueueUrl: enrichment.queue.queueUrl,
      EnrichmentQueueArn: enrichment.queue.queueArn,
      EnrichmentDeadLettersArn: enrichment.deadLetters.queueArn,
      DailyAgreementJobArn: machines.dailyAgreementJob.stateMachineArn,
      TransformDeltaBatchArn: machines.transformDeltaBatch.stateMachineArn,
      JobInput: JSON.stringify({ ...job, namespaces: job.namespaces.map(({ namespace }) => ({ namespace })) }),
      Retention: JSON.stringify(policyOf(this.#parameters.retention)),
      AlarmTopicArn: alarms.topic.topicArn,
      DataKeyArn: keys.data.keyArn,
      OperationsKeyArn: keys.operations.keyArn,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}

/** A quarter more than the machines ask for: a call that was given up may still run while its retry begins. */
export function reservationFor(parallel: number): number {
  return Math.ceil(parallel * 1.25) + 1;
}

/** Whose work depends on the rules in force. */
const JUDGING: ReadonlySet<DeployedName> = new Set<DeployedName>([
  'QueryNamespace',
  'CalculateAndUpdateQueriedDocsInNamespace',
  'TransformDocumentData',
  'CreateJobDailyA3Data',
]);
