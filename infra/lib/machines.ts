/** The two state machines, from the files that every home runs, with their roles. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Arn, ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  CustomerManagedEncryptionConfiguration,
  DefinitionBody,
  LogLevel,
  StateMachine,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import {
  DAILY_AGREEMENT_JOB,
  FUNCTION_NAMES,
  type FunctionName,
  TRANSFORM_DELTA_BATCH,
} from '../../src/runtime/machines.ts';
import type { JobFunction } from './job-function.ts';
import type { Stores } from './stores.ts';

export interface MachinesProps {
  readonly stackName: string;
  readonly functions: Readonly<Record<FunctionName, JobFunction>>;
  readonly stores: Stores;
  readonly operationsKey: IKey;
  readonly logDays: RetentionDays;
}

type MachineName = typeof DAILY_AGREEMENT_JOB | typeof TRANSFORM_DELTA_BATCH;

const FILES: Readonly<Record<MachineName, string>> = {
  [DAILY_AGREEMENT_JOB]: fileURLToPath(new URL('../../src/job/daily-agreement-job.asl.json', import.meta.url)),
  [TRANSFORM_DELTA_BATCH]: fileURLToPath(new URL('../../src/job/transform-delta-batch.asl.json', import.meta.url)),
};

/** The rule by which Step Functions learns that a nested execution has ended; it makes it itself. */
const NESTED_RULE = 'StepFunctionsGetEventsForStepFunctionsExecutionRule';

/** By its name, so that policies may name a machine that is made after them. */
export function machineArn(stack: Stack, stackName: string, machine: MachineName): string {
  return arnOf(stack, 'stateMachine', machineName(stackName, machine));
}

/**
 * Always given: without a name of its own, CDK 2.276 writes a condition for a customer managed key that no machine meets.
 */
function machineName(stackName: string, machine: MachineName): string {
  return `${stackName}-${machine}`;
}

export class Machines extends Construct {
  readonly dailyAgreementJob: StateMachine;
  readonly transformDeltaBatch: StateMachine;
  readonly #props: MachinesProps;

  constructor(scope: Construct, id: string, props: MachinesProps) {
    super(scope, id);
    this.#props = props;
    const { jobStats } = props.stores.tables;
    const stack = Stack.of(this);
    const nested = machineArn(stack, props.stackName, TRANSFORM_DELTA_BATCH);
    const nests = nestingStatements(
      stack,
      nested,
      arnOf(stack, 'execution', `${machineName(props.stackName, TRANSFORM_DELTA_BATCH)}:*`),
    );
    this.transformDeltaBatch = this.#machine(TRANSFORM_DELTA_BATCH, {}, nests);
    this.dailyAgreementJob = this.#machine(
      DAILY_AGREEMENT_JOB,
      { JobStatsTable: jobStats.tableName, TransformDeltaBatchStateMachine: this.transformDeltaBatch.stateMachineArn },
      [
        ...nests,
        new PolicyStatement({
          actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
          resources: [jobStats.tableArn],
        }),
        new PolicyStatement({
          actions: ['kms:Decrypt'],
          resources: [props.stores.keys.data.keyArn],
          conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${stack.region}.amazonaws.com` } },
        }),
        // Whether the execution that holds the lock still runs: any name that a run may have.
        new PolicyStatement({
          actions: ['states:DescribeExecution'],
          resources: [arnOf(stack, 'execution', `${machineName(props.stackName, DAILY_AGREEMENT_JOB)}:*`)],
        }),
      ],
    );
  }

  #machine(
    machine: MachineName,
    tokens: Readonly<Record<string, string>>,
    statements: readonly PolicyStatement[],
  ): StateMachine {
    const { stackName, operationsKey, functions } = this.#props;
    const invoked = FUNCTION_NAMES.filter((name) =>
      readFileSync(FILES[machine], 'utf8').includes(`\${${name}Function}`),
    );
    const functionArns = invoked.map((name) => functions[name].function.functionArn);
    const name = machineName(stackName, machine);
    const arn = machineArn(Stack.of(this), stackName, machine);
    const policy = new ManagedPolicy(this, `${machine}Policy`, {
      description: `${stackName}: what ${machine} may do`,
      statements: [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: functionArns }),
        ...statements,
        ...operationStatements(Stack.of(this), operationsKey, arn),
      ],
    });
    const role = new Role(this, `${machine}Role`, {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnEquals: { 'aws:SourceArn': arn },
        },
      }),
      managedPolicies: [policy],
    });
    const substitutions = invoked.map((invokedName) => [
      `${invokedName}Function`,
      functions[invokedName].function.functionArn,
    ]);
    return new StateMachine(this, machine, {
      stateMachineName: name,
      definitionBody: DefinitionBody.fromFile(FILES[machine]),
      definitionSubstitutions: { ...Object.fromEntries(substitutions), ...tokens },
      role: role.withoutPolicyUpdates(),
      tracingEnabled: true,
      // Data of executions stays out of the log: it holds no contents, but the history is the place for it.
      logs: { destination: this.#logGroup(machine, name), level: LogLevel.ALL, includeExecutionData: false },
      encryptionConfiguration: new CustomerManagedEncryptionConfiguration(operationsKey),
    });
  }

  /** Below `/aws/vendedlogs/`: the resource policy of deliveries to other names would grow until it is full. */
  #logGroup(machine: MachineName, name: string): LogGroup {
    return new LogGroup(this, `${machine}Logs`, {
      logGroupName: `/aws/vendedlogs/states/${name}`,
      encryptionKey: this.#props.operationsKey,
      retention: this.#props.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

function arnOf(stack: Stack, resource: string, resourceName: string): string {
  return Arn.format({ service: 'states', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME }, stack);
}

/** To start a nested execution and wait for it. Executions of it have no names of ours, so any. */
function nestingStatements(stack: Stack, machine: string, executions: string): readonly PolicyStatement[] {
  return [
    new PolicyStatement({ actions: ['states:StartExecution'], resources: [machine] }),
    new PolicyStatement({ actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [executions] }),
    new PolicyStatement({
      actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      resources: [Arn.format({ service: 'events', resource: 'rule', resourceName: NESTED_RULE }, stack)],
    }),
  ];
}

/** For the machine's key, log and traces. Log delivery and X-Ray know no resources. */
function operationStatements(
  { region, account, partition }: Stack,
  key: IKey,
  machine: string,
): readonly PolicyStatement[] {
  const logs = `arn:${partition}:logs:${region}:${account}:*`;
  return [
    new PolicyStatement({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': machine } },
    }),
    new PolicyStatement({
      actions: ['kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:EncryptionContext:SourceArn': logs } },
    }),
    new PolicyStatement({
      actions: [
        'logs:CreateLogDelivery',
        'logs:GetLogDelivery',
        'logs:UpdateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:DescribeResourcePolicies',
        'logs:DescribeLogGroups',
      ],
      resources: ['*'],
    }),
    new PolicyStatement({
      actions: [
        'xray:PutTraceSegments',
        'xray:PutTelemetryRecords',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
      ],
      resources: ['*'],
    }),
  ];
}
