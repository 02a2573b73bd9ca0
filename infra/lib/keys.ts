/** Two keys: who may read logs of runs need not be able to read agreements. */
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';

export class Keys extends Construct {
  /** Of tables, buckets and the enrichment queue. */
  readonly data: IKey;
  /** Of logs, executions, alarms and the schedule's dead letters. */
  readonly operations: IKey;

  constructor(scope: Construct, id: string, { keys }: Pick<Parameters, 'keys'>) {
    super(scope, id);
    this.data =
      keys.dataKeyArn === null
        ? this.#makeKey('Data', 'tables, buckets, queue')
        : Key.fromKeyArn(this, 'Data', keys.dataKeyArn);
    this.operations =
      keys.operationsKeyArn === null
        ? this.#makeOperationsKey()
        : Key.fromKeyArn(this, 'Operations', keys.operationsKeyArn);
  }

  /** Its default policy leaves it to IAM of this account who may use it; each role says for what, and through which service. */
  #makeKey(id: string, of: string): Key {
    const { stackName } = Stack.of(this);
    return new Key(this, id, {
      description: `${stackName}: ${of}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN, // Without it, what is retained could never be read again.
    });
  }

  #makeOperationsKey(): Key {
    const key = this.#makeKey('Operations', 'logs, executions, alarms');
    for (const statement of operationsKeyStatements(Stack.of(this))) key.addToResourcePolicy(statement);
    return key;
  }
}

/** What the policy of an operations key must say beside its account's own rights; `README.md` repeats it for a given key. */
function operationsKeyStatements({ region, account, partition }: Stack): readonly PolicyStatement[] {
  const use = (service: string, actions: string[], conditions: Record<string, Record<string, string>>) =>
    new PolicyStatement({
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal(service)],
      actions,
      resources: ['*'], // In a key's policy: this key.
      conditions,
    });
  const logs = {
    ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*` },
  };
  const delivered = {
    StringEquals: { 'kms:EncryptionContext:SourceArn': `arn:${partition}:logs:${region}:${account}:*` },
  };
  const ours = { StringEquals: { 'aws:SourceAccount': account } };
  return [
    use(
      `logs.${region}.amazonaws.com`,
      ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:GenerateDataKey', 'kms:DescribeKey'],
      logs,
    ),
    // Step Functions hands its log lines over encrypted.
    use('delivery.logs.amazonaws.com', ['kms:Decrypt'], delivered),
    // CloudWatch publishes alarms to the encrypted topic.
    use('cloudwatch.amazonaws.com', ['kms:Decrypt', 'kms:GenerateDataKey'], ours),
  ];
}
