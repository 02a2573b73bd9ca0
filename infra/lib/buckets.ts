/** The three buckets and the one for their access logs. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';

/** Uploads that broke off are paid for and read by nobody. */
const BROKEN_UPLOAD_DAYS = 7;
/** Deleted page objects hold raw documents: no longer than it takes to see that they were needed. */
const DELETED_DELTA_DAYS = 7;

export class Buckets extends Construct {
  readonly jobDailyDelta: Bucket;
  readonly jobDailyBatchProcessing: Bucket;
  readonly jobDailyA3Data: Bucket;
  readonly #accessLogs: Bucket;

  constructor(
    scope: Construct,
    id: string,
    props: Pick<Parameters, 'retention' | 'deletionProtection'> & { readonly key: IKey },
  ) {
    super(scope, id);
    const { retention, key, deletionProtection } = props;
    const removalPolicy = deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.#accessLogs = new Bucket(this, 'AccessLogs', {
      ...CLOSED,
      encryption: BucketEncryption.S3_MANAGED, // Log delivery cannot write with a customer managed key.
      removalPolicy,
      lifecycleRules: [{ expiration: Duration.days(retention.logDays), ...swept(DELETED_DELTA_DAYS) }],
    });
    const bucket = (name: string, lifecycleRules: LifecycleRule[], policy: RemovalPolicy): Bucket =>
      new Bucket(this, name, {
        ...CLOSED,
        encryption: BucketEncryption.KMS,
        encryptionKey: key,
        bucketKeyEnabled: true, // One request to KMS for many objects.
        removalPolicy: policy,
        lifecycleRules,
        serverAccessLogsBucket: this.#accessLogs,
        serverAccessLogsPrefix: `${name}/`,
      });
    const expiring = [{ expiration: Duration.days(retention.deltaDays), ...swept(DELETED_DELTA_DAYS) }];
    this.jobDailyDelta = bucket('JobDailyDelta', expiring, removalPolicy);
    this.jobDailyBatchProcessing = bucket('jobdailybatchprocessing', expiring, removalPolicy);
    // Nothing below `published/` expires by age: the head may be old, and is what the next run starts from.
    const published: LifecycleRule[] = [
      { prefix: 'records/', expiration: Duration.days(retention.recordsDays) },
      swept(retention.deletedVersionsDays),
    ];
    this.jobDailyA3Data = bucket('JobDailyA3Data', published, RemovalPolicy.RETAIN);
  }

  get all(): readonly Bucket[] {
    return [this.jobDailyDelta, this.jobDailyBatchProcessing, this.jobDailyA3Data];
  }
}

const CLOSED: BucketProps = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  versioned: true,
};

function swept(days: number): LifecycleRule {
  return {
    noncurrentVersionExpiration: Duration.days(days),
    abortIncompleteMultipartUploadAfter: Duration.days(BROKEN_UPLOAD_DAYS),
  };
}
