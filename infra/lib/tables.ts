/** The five tables. The keys are those of the drivers in `src/stores/aws/`. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption, type TableProps } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';

/** DynamoDB keeps at most so many days to go back to. */
const RECOVERY_DAYS = 35;

export class Tables extends Construct {
  readonly jobStats: Table;
  readonly agreementHash: Table;
  readonly queryCounts: Table;
  readonly governingLaw: Table;
  readonly entity: Table;

  constructor(
    scope: Construct,
    id: string,
    props: Pick<Parameters, 'agreementHashWarmThroughput' | 'deletionProtection'> & { readonly key: IKey },
  ) {
    super(scope, id);
    const { key, deletionProtection, agreementHashWarmThroughput: warmThroughput } = props;
    // `Table`, not `TableV2`: one region, and rule packs look at nothing else.
    const table = (name: string, partition: string, sort: string | null, more: Partial<TableProps> = {}): Table =>
      new Table(this, name, {
        partitionKey: { name: partition, type: AttributeType.STRING },
        ...(sort === null ? {} : { sortKey: { name: sort, type: AttributeType.STRING } }),
        billingMode: BillingMode.PAY_PER_REQUEST,
        encryption: TableEncryption.CUSTOMER_MANAGED,
        encryptionKey: key,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: RECOVERY_DAYS },
        deletionProtection,
        removalPolicy: deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        ...more,
      });
    this.jobStats = table('JobStats', 'business_date', 'execution_name');
    this.agreementHash = table(
      'AgreementHash',
      'namespace_bucket',
      'lex_id',
      warmThroughput === null ? {} : { warmThroughput },
    );
    this.queryCounts = table('JobInstanceNamespaceQueryCounts', 'job_id', 'namespace_iteration');
    this.governingLaw = table('GoverningLaw', 'law_key', null);
    this.entity = table('Entity', 'entity_key', null);
  }

  get all(): readonly Table[] {
    return [this.jobStats, this.agreementHash, this.queryCounts, this.governingLaw, this.entity];
  }
}
