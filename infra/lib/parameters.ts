/** What a deployment may choose (`infra/README.md`), checked before anything is synthesised. */
import { rulesInForce } from '../../src/agreements/table-a3/rules-in-force.ts';
import { messageOf } from '../../src/errors.ts';
import { DEFAULT_INPUT, InputError, isNamespaceName, type JobInput, parseJobInput } from '../../src/job/job-input.ts';
import { Checker, ParameterError } from './checker.ts';

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
  readonly retention: {
    /** Page objects of failed runs, and plans. */
    readonly deltaDays: number;
    /** What a published day was made of. */
    readonly recordsDays: number;
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

/**
 * First and longest: `<stack>-GetTotalDocsInNamespaceAndCreateBatchesForLexQuery` must fit into Lambda's 64 characters.
 * Small letters, because bucket names may have no others.
 */
const STACK_NAME = /^[a-z][a-z0-9-]{1,12}$/;
const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;
const RUNBOOK = 'https://github.com/lexdelta/lexdelta/blob/main/docs/runbook.md';

/** As AWS publishes them; elsewhere: `aws ec2 describe-managed-prefix-lists`. */
const PREFIX_LISTS: Readonly<Record<string, { readonly s3: string; readonly dynamodb: string }>> = {
  'us-east-1': { s3: 'pl-63a5400a', dynamodb: 'pl-02cd2c6b' },
};

/**
 * @param source what to call the file in messages
 * @throws ParameterError with every problem
 */
export function parseParameters(value: unknown, source = 'The parameter file'): Parameters {
  const all = new Checker(value);
  const account = all.text('account', /^\d{12}$/, 'an account number of 12 digits');
  const region = all.text('region', /^[a-z]{2}(-[a-z]+)+-\d$/, 'a region, for example us-east-1');
  const parameters: Parameters = {
    stackName: all.text('stackName', STACK_NAME, '2 to 13 of a-z, 0-9 and -, beginning with a letter', 'lexdelta'),
    account,
    region,
    availabilityZones: readZones(all, region),
    tags: readTexts(all, 'tags'),
    deletionProtection: all.flag('deletionProtection', true),
    network: readNetwork(all, region),
    keys: readKeys(all),
    lex: readLex(all, region),
    job: readJob(all),
    rules: readRules(all),
    namespaceModules: readNamespaceModules(all),
    schedule: readSchedule(all),
    agreementHashWarmThroughput: readWarmThroughput(all),
    alarms: readAlarms(all),
    retention: readRetention(all),
    reserveConcurrency: all.flag('reserveConcurrency', true),
  };
  checkSubnets(all, parameters);
  all.reportUnknown();
  if (all.problems.length > 0) throw new ParameterError(all.problems, source);
  return parameters;
}

function readZones(all: Checker, region: string): readonly string[] {
  const zones = all.texts('availabilityZones', /^[a-z0-9-]+[a-z]$/, `zones of ${region || 'the region'}`, 2);
  if (zones.some((zone) => !zone.startsWith(region))) all.report('availabilityZones', `zones of ${region}`);
  return zones;
}

function readTexts(all: Checker, field: string): Readonly<Record<string, string>> {
  const value = all.raw(field) ?? {};
  const isTexts =
    typeof value === 'object' && !Array.isArray(value) && Object.values(value).every((one) => typeof one === 'string');
  if (!isTexts) all.report(field, 'an object of texts');
  return isTexts ? (value as Record<string, string>) : {};
}

function readNetwork(all: Checker, region: string): Parameters['network'] {
  const network = all.part('network', {});
  const known = PREFIX_LISTS[region] ?? null;
  const lists = network.optionalPart('prefixLists');
  if (lists === null && known === null) {
    network.report(
      'prefixLists',
      `{"s3", "dynamodb"}: those of ${region || 'the region'} are not known here; see aws ec2 describe-managed-prefix-lists`,
    );
  }
  const list = (service: 's3' | 'dynamodb') =>
    lists?.text(service, /^pl-[0-9a-f]{8,17}$/, 'a prefix list, pl-…') ?? known?.[service] ?? '';
  return {
    vpc: readVpc(network),
    cidr: network.text(
      'cidr',
      /^\d{1,3}(\.\d{1,3}){3}\/(1[6-9]|2[0-4])$/,
      'a range of addresses of /16 to /24',
      '10.40.0.0/22',
    ),
    prefixLists: { s3: list('s3'), dynamodb: list('dynamodb') },
  };
}

function readVpc(network: Checker): GivenVpc | null {
  const vpc = network.optionalPart('vpc');
  if (vpc === null) return null;
  if (network.has('cidr')) network.report('cidr', 'nothing: a VPC that is given has its own range');
  return {
    vpcId: vpc.text('vpcId', /^vpc-[0-9a-f]{8,17}$/, 'a VPC, vpc-…'),
    subnetIds: vpc.texts('subnetIds', /^subnet-[0-9a-f]{8,17}$/, 'subnets, subnet-…', 2),
    routeTableIds: vpc.texts('routeTableIds', /^rtb-[0-9a-f]{8,17}$/, 'route tables, rtb-…', 1),
    endpointSecurityGroupId: vpc.optionalText(
      'endpointSecurityGroupId',
      /^sg-[0-9a-f]{8,17}$/,
      'a security group, sg-…',
    ),
  };
}

function checkSubnets(all: Checker, { network, availabilityZones }: Parameters): void {
  if (network.vpc === null || network.vpc.subnetIds.length === availabilityZones.length) return;
  all.report('availabilityZones', 'as many zones as network.vpc.subnetIds, in the same order');
}

function readKeys(all: Checker): Parameters['keys'] {
  const keys = all.optionalPart('keys');
  const arn = (field: string) => keys?.optionalText(field, KEY_ARN, 'the ARN of a key (not of an alias)') ?? null;
  return { dataKeyArn: arn('dataKeyArn'), operationsKeyArn: arn('operationsKeyArn') };
}

function readLex(all: Checker, region: string): Parameters['lex'] {
  const lex = all.part('lex');
  const service = new RegExp(`^com\\.amazonaws\\.vpce\\.${region || '[a-z0-9-]+'}\\.vpce-svc-[0-9a-f]{8,17}$`);
  const url = lex.text(
    'url',
    /^(https:\/\/[^/?#@\s]+|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?)(\/[^?#\s]*)?$/,
    'an https URL without user, query and fragment (http for this machine alone)',
  );
  const dns = lex.text('dns', /^(private-zone|provider)$/, 'private-zone or provider', 'private-zone') as
    | 'private-zone'
    | 'provider';
  if (dns === 'private-zone' && /^[^/]*\/\/(\d+\.|localhost|\[)/.test(url))
    lex.report('dns', 'provider: an address has no zone');
  return {
    url,
    dns,
    endpointService: lex.text(
      'endpointService',
      service,
      `the endpoint service of Inet in ${region || 'the region'}, com.amazonaws.vpce.…`,
    ),
    port: lex.integer('port', 1, 65_535, Number(URL.parse(url)?.port || 443)),
    tokenSecretArn: lex.text(
      'tokenSecretArn',
      /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+-\w{6}$/,
      'the whole ARN of a secret, with its six last characters',
    ),
    tokenKeyArn: lex.optionalText('tokenKeyArn', KEY_ARN, 'the ARN of a key'),
    certificateAuthorityFile: lex.optionalText('certificateAuthorityFile', /\S/, 'a PEM file'),
  };
}

/** The job's own check says what is wrong with its input, so that the stack accepts what the job does. */
function readJob(all: Checker): Parameters['job'] {
  const given = all.raw('job') ?? {};
  const { namespaces: names, ...defaults } = DEFAULT_INPUT;
  const base = { ...defaults, namespaces: names.map((namespace) => ({ namespace })), business_date: '2000-01-03' };
  const isObject = typeof given === 'object' && !Array.isArray(given);
  if (!isObject) all.report('job', 'an object');
  for (const fixed of ['business_date', 'overrides']) {
    if (isObject && fixed in given) all.report('job', `no ${fixed}: it belongs to one run`);
  }
  try {
    const {
      business_date: _date,
      overrides: _overrides,
      ...job
    } = parseJobInput({ ...base, ...(isObject ? given : {}) });
    return job;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const { path, found, expected } of error.problems)
      all.report('job', `at ${path} ${expected} (found ${found})`);
    return parseJobInput(base);
  }
}

function readRules(all: Checker): Parameters['rules'] {
  const rules = all.raw('rules') ?? {};
  try {
    rulesInForce(rules, 'rules');
    return rules as Parameters['rules'];
  } catch (error) {
    all.report('rules', messageOf(error));
    return {};
  }
}

function readNamespaceModules(all: Checker): Readonly<Record<string, string>> {
  const modules = readTexts(all, 'namespaceModules');
  if (!Object.keys(modules).every(isNamespaceName))
    all.report('namespaceModules', 'names of namespaces with their files');
  return modules;
}

function readSchedule(all: Checker): Parameters['schedule'] {
  const schedule = all.part('schedule', {});
  const timeZone = schedule.text('timeZone', /^[A-Za-z_+\-/0-9]+$/, 'an IANA time zone', 'America/New_York');
  if (!isTimeZone(timeZone)) schedule.report('timeZone', 'an IANA time zone, for example America/New_York');
  const parameters = {
    isEnabled: schedule.flag('isEnabled', true),
    timeZone,
    start: readTimeOfDay(schedule, 'start', '01:00'),
    deadline: readTimeOfDay(schedule, 'deadline', '07:00'),
    daysBack: schedule.integer('daysBack', 0, 3, 1),
  };
  if (minutesOf(parameters.deadline) <= minutesOf(parameters.start))
    schedule.report('deadline', 'a time after start, on the same day');
  return parameters;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

function readTimeOfDay(part: Checker, field: string, fallback: string): TimeOfDay {
  const text = part.text(field, /^([01]\d|2[0-3]):[0-5]\d$/, 'a time of the day, HH:MM', fallback);
  return { hour: Number(text.slice(0, 2)), minute: Number(text.slice(3)) };
}

function minutesOf({ hour, minute }: TimeOfDay): number {
  return hour * 60 + minute;
}

/** DynamoDB's own floor for new tables on demand: less is refused. */
function readWarmThroughput(all: Checker): Parameters['agreementHashWarmThroughput'] {
  const warm = all.optionalPart('agreementHashWarmThroughput');
  if (warm === null) return null;
  return {
    readUnitsPerSecond: warm.integer('readUnitsPerSecond', 12_000, 1_000_000, 12_000),
    writeUnitsPerSecond: warm.integer('writeUnitsPerSecond', 4_000, 1_000_000, 4_000),
  };
}

function readAlarms(all: Checker): Parameters['alarms'] {
  const alarms = all.part('alarms', {});
  return {
    topicArn: alarms.optionalText('topicArn', /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]+$/, 'the ARN of a topic'),
    email: alarms.optionalText('email', /^[^@\s]+@[^@\s]+$/, 'an address'),
    runbookUrl: alarms.text('runbookUrl', /^https:\/\/\S+$/, 'an https URL', RUNBOOK),
    queueAgeHours: alarms.integer('queueAgeHours', 1, 14 * 24, 24),
  };
}

/** Published days are deleted by the job, never by their age: the head may be old, and is the base of the next run. */
function readRetention(all: Checker): Parameters['retention'] {
  const retention = all.part('retention', {});
  return {
    deltaDays: retention.integer('deltaDays', 7, 3650, 14),
    recordsDays: retention.integer('recordsDays', 14, 3650, 35),
    deletedVersionsDays: retention.integer('deletedVersionsDays', 7, 3650, 35),
    logDays: readLogDays(retention),
  };
}

/** CloudWatch Logs knows these spans and no others. */
const LOG_DAYS = [30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

function readLogDays(retention: Checker): number {
  const days = retention.integer('logDays', 1, 3653, 365);
  if (!LOG_DAYS.includes(days)) retention.report('logDays', `one of ${LOG_DAYS.join(', ')}`);
  return days;
}
