/** What a deployment may choose (`infra/README.md`). */
import type { JobInput } from '../../src/job/job-input.ts';
import type { RetentionPolicy } from '../../src/job/retention-policy.ts';

export interface GivenVpc {
  readonly vpcId: string;
  /** One a zone, in the order of `availabilityZones`, without a route to the internet. */
  readonly subnetIds: readonly string[];
  /** All that the subnets use. */
  readonly routeTableIds: readonly string[];
  /** Of endpoints that stand in the VPC already: then the stack makes none. `null`: the stack makes its own. */
  readonly endpointSecurityGroupId: string | null;
}

export interface Parameters {
  /** Begins every name that the stack gives. */
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  readonly availabilityZones: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** Whether CloudFormation refuses to delete the stack, and DynamoDB its tables. */
  readonly deletionProtection: boolean;
  readonly network: {
    /** `null`: the stack makes a VPC of this range. */
    readonly vpc: GivenVpc | null;
    readonly cidr: string;
    /** The region's managed prefix lists: what security groups let out to where there is no endpoint with a group. */
    readonly prefixLists: { readonly s3: string; readonly dynamodb: string };
  };
  readonly keys: {
    /** For tables, buckets and queue; `null`: the stack makes one. */
    readonly dataKeyArn: string | null;
    /** For logs, executions and alarms; `null`: the stack makes one. */
    readonly operationsKeyArn: string | null;
  };
  readonly lex: {
    readonly url: string;
    readonly endpointService: string;
    readonly port: number;
    /** `private-zone`: the stack makes Lex's host name lead to the endpoint; `provider`: the endpoint service does. */
    readonly dns: 'private-zone' | 'provider';
    readonly tokenSecretArn: string;
    /** Of the secret, when it is encrypted with a key of its own. */
    readonly tokenKeyArn: string | null;
    /** PEM file, relative to the parameter file. */
    readonly certificateAuthorityFile: string | null;
  };
  readonly job: Omit<JobInput, 'business_date' | 'overrides'>;
  /** Severities that differ from the rules' defaults. */
  readonly rules: Readonly<Record<string, unknown>>;
  /** Name → module file, relative to the parameter file. */
  readonly namespaceModules: Readonly<Record<string, string>>;
  readonly schedule: {
    readonly isEnabled: boolean;
    readonly timeZone: string;
    readonly start: TimeOfDay;
    /** When the day's table must be published. */
    readonly deadline: TimeOfDay;
    /** Days before the local day of the start that the business date lies. */
    readonly daysBack: number;
    /** Weekdays that are no business days, ISO, ascending: no run is started for them. */
    readonly holidays: readonly string[];
  };
  readonly agreementHashWarmThroughput: {
    readonly readUnitsPerSecond: number;
    readonly writeUnitsPerSecond: number;
  } | null;
  readonly alarms: {
    /** `null`: the stack makes a topic. */
    readonly topicArn: string | null;
    readonly email: string | null;
    /** Where `docs/runbook.md` is read. */
    readonly runbookUrl: string;
    readonly queueAgeHours: number;
  };
  readonly retention: RetentionPolicy & {
    /** Versions that were deleted or replaced, in every bucket. */
    readonly deletedVersionsDays: number;
    readonly logDays: number;
  };
  /** Keeps Lambda concurrency free for the job; off where the account has too little of it. */
  readonly reserveConcurrency: boolean;
}

export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
}

/** What CleanupDailyJob goes by, and the command line beside it. */
export function policyOf({ days, monthEnds, rawTextDays, recordsDays, deltaDays }: RetentionPolicy): RetentionPolicy {
  return { days, monthEnds, rawTextDays, recordsDays, deltaDays };
}
