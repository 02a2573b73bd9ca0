/** One Lambda function with its own role, that may do what its row in `rights.ts` says and nothing else. */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { DeployedFunction } from './deployed-functions.ts';
import type { Network } from './network.ts';

export interface JobFunctionProps {
  readonly stackName: string;
  readonly bundles: string;
  readonly network: Network;
  readonly operationsKey: IKey;
  readonly logDays: RetentionDays;
  /** What the function's own row of rights allows. */
  readonly statements: readonly PolicyStatement[];
  readonly environment: Readonly<Record<string, string>>;
  /** `null`: it shares what the account has left. */
  readonly reservedConcurrency: number | null;
  /** For functions that nobody waits for. */
  readonly deadLetters?: Queue;
}

export class JobFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, deployed: DeployedFunction, props: JobFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      encryptionKey: props.operationsKey,
      retention: props.logDays,
      removalPolicy: RemovalPolicy.DESTROY, // JobStats and the published ledger are what is kept.
    });
    const policy = new ManagedPolicy(this, 'Policy', {
      description: `${props.stackName}: what ${deployed.name} may do`,
      statements: [
        ...props.statements,
        new PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn], // Ends in `:*`: its streams.
        }),
        ...networkStatements(Stack.of(this)),
      ],
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `${props.stackName}: ${deployed.name}`,
      managedPolicies: [policy],
    });
    this.function = new LambdaFunction(this, 'Function', {
      functionName: `${props.stackName}-${deployed.name}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(`${props.bundles}/${deployed.name}`),
      memorySize: deployed.memoryMb,
      timeout: Duration.seconds(deployed.timeoutSeconds),
      role: this.role.withoutPolicyUpdates(), // Rights are written here, never added on the way.
      vpc: props.network.vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: props.network.groupsFor(deployed.places),
      environment: { LEXDELTA_STACK: props.stackName, ...props.environment },
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      ...(props.reservedConcurrency === null ? {} : { reservedConcurrentExecutions: props.reservedConcurrency }),
      ...(props.deadLetters === undefined ? {} : { deadLetterQueue: props.deadLetters }),
    });
  }
}

/**
 * Lambda itself needs these to put a function into a VPC, and takes no resource for them. The function's code may not: what
 * it asks carries its ARN, which the denial goes by.
 */
function networkStatements({ partition, region, account }: Stack): readonly PolicyStatement[] {
  const actions = [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ];
  return [
    new PolicyStatement({ actions, resources: ['*'] }),
    new PolicyStatement({
      effect: Effect.DENY,
      actions,
      resources: ['*'],
      conditions: {
        ArnLike: { 'lambda:SourceFunctionArn': `arn:${partition}:lambda:${region}:${account}:function:*` },
      },
    }),
  ];
}
