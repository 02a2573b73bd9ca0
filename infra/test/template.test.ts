import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARTICLES } from '../lib/alarms.ts';
import { DEPLOYED_FUNCTIONS } from '../lib/deployed-functions.ts';
import { reservationFor } from '../lib/lexdelta-stack.ts';
import { resourcesOf, synthesised, type Template, VARIANTS, type Variant } from './variants.ts';

const templates = new Map<Variant, Template>();
let template: Template;

/** What stand-ins drop or do not know, and a real account takes seriously. */
describe('the stack', () => {
  beforeAll(() => {
    for (const variant of Object.keys(VARIANTS) as Variant[]) templates.set(variant, synthesised(variant).template);
    template = templates.get('own VPC')!;
  });
  const properties = (type: string) => resourcesOf(template, type).map(([, resource]) => resource.Properties);

  it('keeps its tables: on demand, own key, 35 days to go back to, protected, and not deleted with it', () => {
    const tables = resourcesOf(template, 'AWS::DynamoDB::Table');

    expect(tables).toHaveLength(5);
    for (const [, table] of tables) {
      expect(table).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          BillingMode: 'PAY_PER_REQUEST',
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
          SSESpecification: {
            SSEEnabled: true,
            SSEType: 'KMS',
            KMSMasterKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^KeysData/), 'Arn'] },
          },
        },
      });
    }
  });

  it('has tables with the keys that the drivers ask for', () => {
    const keys = resourcesOf(template, 'AWS::DynamoDB::Table').map(([id, { Properties }]) => [
      id.replace(/^Tables|[0-9A-F]{8}$/g, ''),
      (Properties['KeySchema'] as readonly { readonly AttributeName: string }[]).map(
        ({ AttributeName }) => AttributeName,
      ),
    ]);

    expect(Object.fromEntries(keys)).toEqual({
      JobStats: ['business_date', 'execution_name'],
      AgreementHash: ['namespace_bucket', 'lex_id'],
      JobInstanceNamespaceQueryCounts: ['job_id', 'namespace_iteration'],
      GoverningLaw: ['law_key'],
      Entity: ['entity_key'],
    });
  });

  it('closes its buckets: own key, versions, TLS 1.2, nothing public; and keeps them', () => {
    const buckets = resourcesOf(template, 'AWS::S3::Bucket');
    const policies = JSON.stringify(properties('AWS::S3::BucketPolicy'));

    expect(buckets).toHaveLength(4);
    for (const [id, bucket] of buckets) {
      expect(bucket.DeletionPolicy).toBe('Retain');
      expect(bucket.Properties).toMatchObject({
        VersioningConfiguration: { Status: 'Enabled' },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      });
      const encryption = JSON.stringify(bucket.Properties['BucketEncryption']);
      if (id.includes('AccessLogs')) expect(encryption).toContain('AES256');
      else expect(encryption).toMatch(/"BucketKeyEnabled":true.*KeysData.*aws:kms/);
      expect(policies).toContain(id);
    }
    for (const { PolicyDocument } of properties('AWS::S3::BucketPolicy')) {
      expect(JSON.stringify(PolicyDocument)).toMatch(/"aws:SecureTransport":"false"/);
      expect(JSON.stringify(PolicyDocument)).toMatch(/"s3:TlsVersion":1\.2/);
    }
  });

  it('lets deltas, plans and records grow old, and published days never', () => {
    const rules = (name: string) =>
      (
        resourcesOf(template, 'AWS::S3::Bucket').find(([id]) => id.startsWith(`Buckets${name}`))![1].Properties[
          'LifecycleConfiguration'
        ] as { readonly Rules: readonly Record<string, unknown>[] }
      ).Rules;

    expect(rules('JobDailyDelta')).toMatchObject([
      {
        ExpirationInDays: 14,
        NoncurrentVersionExpiration: { NoncurrentDays: 7 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
    ]);
    expect(rules('jobdailybatchprocessing')).toEqual(rules('JobDailyDelta'));
    const published = rules('JobDailyA3Data');
    expect(published.filter((rule) => 'ExpirationInDays' in rule)).toMatchObject([
      { Prefix: 'records/', ExpirationInDays: 35 },
    ]);
    expect(published).toContainEqual(expect.objectContaining({ NoncurrentVersionExpiration: { NoncurrentDays: 35 } }));
  });

  it('runs every function in the VPC, on Node 24 and arm64, with its own role and an encrypted log', () => {
    const functions = properties('AWS::Lambda::Function');

    expect(functions.map(({ FunctionName }) => FunctionName).sort()).toEqual(
      DEPLOYED_FUNCTIONS.map(({ name }) => `lexdelta-${name}`).sort(),
    );
    expect(new Set(functions.map(({ Role }) => JSON.stringify(Role))).size).toBe(functions.length);
    for (const one of functions) {
      expect(one).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        LoggingConfig: { LogFormat: 'JSON' },
      });
      const { SubnetIds, SecurityGroupIds } = one['VpcConfig'] as {
        readonly SubnetIds: readonly unknown[];
        readonly SecurityGroupIds: readonly unknown[];
      };
      expect(SubnetIds).toHaveLength(2);
      expect(SecurityGroupIds.length).toBeGreaterThan(0);
      expect(one['ReservedConcurrentExecutions']).toBeGreaterThan(0);
    }
    for (const group of properties('AWS::Logs::LogGroup')) {
      expect(group).toMatchObject({
        RetentionInDays: 365,
        KmsKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^KeysOperations/), 'Arn'] },
      });
    }
  });

  it('leaves enough of an account’s concurrency, however many workers there are', () => {
    for (let workers = 1; workers <= 40; workers += 1) {
      const reserved = DEPLOYED_FUNCTIONS.reduce((sum, { parallel }) => sum + reservationFor(parallel(workers)), 0);
      expect(reserved).toBeLessThanOrEqual(900);
    }
  });

  it('has no route out: no gateway, no public address, and no group that lets out to a range of addresses', () => {
    for (const type of ['InternetGateway', 'NatGateway', 'EIP', 'Route', 'TransitGatewayAttachment'])
      expect(properties(`AWS::EC2::${type}`)).toEqual([]);
    for (const subnet of properties('AWS::EC2::Subnet')) expect(subnet).toMatchObject({ MapPublicIpOnLaunch: false });
    for (const [id, { Properties }] of resourcesOf(template, 'AWS::EC2::SecurityGroup')) {
      const egress = Properties['SecurityGroupEgress'] as readonly Record<string, unknown>[] | undefined;
      expect(egress, `${id} would get the rule that EC2 gives to groups without one`).toHaveLength(1);
      expect(egress![0]!['CidrIp'] ?? '255.255.255.255/32').toBe('255.255.255.255/32');
      expect(egress![0]).not.toHaveProperty('CidrIpv6');
    }
    for (const rule of properties('AWS::EC2::SecurityGroupEgress')) {
      expect(rule).toHaveProperty('DestinationSecurityGroupId');
      expect(rule).not.toHaveProperty('CidrIp');
    }
  });

  it('lets through its endpoints its own roles and things, by name', () => {
    const endpoints = properties('AWS::EC2::VPCEndpoint');

    expect(endpoints).toHaveLength(6);
    for (const endpoint of endpoints) {
      if (String(endpoint['ServiceName']).includes('vpce-svc')) continue; // Inet's takes no policy.
      const { Statement } = endpoint['PolicyDocument'] as { readonly Statement: readonly Record<string, unknown>[] };
      expect(Statement).toHaveLength(1);
      const [statement] = Statement;
      const roles = [
        (statement!['Condition'] as Record<string, Record<string, unknown>>)['ArnEquals']!['aws:PrincipalArn'],
      ].flat();
      expect(roles.length).toBeGreaterThan(0);
      for (const role of roles) expect(JSON.stringify(role)).toMatch(/Fn::GetAtt.*Role/);
      expect(JSON.stringify(statement!['Action'])).not.toContain('*');
      for (const resource of [statement!['Resource']].flat()) expect(resource).not.toBe('*');
    }
  });

  it('gives the functions without a network the group that lets nothing out', () => {
    for (const name of ['ValidateNamespacesQueryingProcess', 'ProcessPayloadForRecursion']) {
      const one = properties('AWS::Lambda::Function').find(({ FunctionName }) => FunctionName === `lexdelta-${name}`)!;
      expect(JSON.stringify((one['VpcConfig'] as Record<string, unknown>)['SecurityGroupIds'])).toMatch(
        /^\[\{"Fn::GetAtt":\["NetworkToNothing\w+","GroupId"\]\}\]$/,
      );
    }
  });

  it('logs every state without its data, traces, and encrypts executions with a key that their role may use', () => {
    const machines = resourcesOf(template, 'AWS::StepFunctions::StateMachine');

    expect(machines).toHaveLength(2);
    for (const [, { Properties }] of machines) {
      const name = String(Properties['StateMachineName']);
      expect(Properties).toMatchObject({
        StateMachineName: expect.stringMatching(/^lexdelta-(DailyAgreementJob|TransformDeltaBatch)$/),
        LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
        TracingConfiguration: { Enabled: true },
        EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY' },
      });
      const policy = JSON.stringify(
        resourcesOf(template, 'AWS::IAM::ManagedPolicy').filter(([id]) => id.includes(name.replace('lexdelta-', ''))),
      );
      expect(policy).toContain(
        `"kms:EncryptionContext:aws:states:stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine:${name}"`,
      );
    }
  });

  it('puts something in the place of every token of the machines', () => {
    const files = { DailyAgreementJob: 'daily-agreement-job', TransformDeltaBatch: 'transform-delta-batch' };
    for (const [machine, file] of Object.entries(files)) {
      const text = readFileSync(new URL(`../../src/job/${file}.asl.json`, import.meta.url), 'utf8');
      const tokens = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1]));
      const given = properties('AWS::StepFunctions::StateMachine').find(({ StateMachineName }) =>
        String(StateMachineName).endsWith(machine),
      )!;
      expect(new Set(Object.keys(given['DefinitionSubstitutions'] as object))).toEqual(tokens);
    }
  });

  it('starts and checks by the clock of New York, and keeps deliveries that failed', () => {
    const schedules = properties('AWS::Scheduler::Schedule');

    expect(schedules.map(({ ScheduleExpression }) => ScheduleExpression)).toEqual([
      'cron(0 1 * * ? *)',
      'cron(0 7 * * ? *)',
    ]);
    for (const schedule of schedules) {
      expect(schedule).toMatchObject({
        ScheduleExpressionTimezone: 'America/New_York',
        FlexibleTimeWindow: { Mode: 'OFF' },
        State: 'ENABLED',
        Target: {
          Input: '{"scheduled_time":"<aws.scheduler.scheduled-time>"}',
          RetryPolicy: { MaximumRetryAttempts: 5 },
          DeadLetterConfig: expect.anything(),
        },
      });
    }
  });

  it('has an article in the runbook for every alarm, and each alarm says which', () => {
    const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
    const alarms = properties('AWS::CloudWatch::Alarm');

    expect(alarms).toHaveLength(ARTICLES.length);
    for (const article of ARTICLES) {
      expect(runbook).toMatch(new RegExp(`^## ${article}$`, 'm'));
      const alarm = alarms.find(({ AlarmName }) => AlarmName === `lexdelta-${article}`)!;
      expect(alarm['AlarmDescription']).toMatch(new RegExp(`docs/runbook\\.md#${article}$`));
      expect(alarm['AlarmActions']).toHaveLength(1);
    }
  });

  it('lets its alarms publish to its topic, and no other', () => {
    const [policy] = properties('AWS::SNS::TopicPolicy');
    const { Statement } = policy!['PolicyDocument'] as { readonly Statement: readonly Record<string, unknown>[] };

    expect(Statement.filter(({ Effect }) => Effect === 'Allow')).toMatchObject([
      {
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:lexdelta-*' } },
      },
    ]);
  });

  it('rotates its keys, and keeps them as long as what they encrypt', () => {
    for (const [, key] of resourcesOf(template, 'AWS::KMS::Key')) {
      expect(key).toMatchObject({ DeletionPolicy: 'Retain', Properties: { EnableKeyRotation: true } });
    }
    expect(resourcesOf(templates.get('given keys and topic')!, 'AWS::KMS::Key')).toEqual([]);
    expect(resourcesOf(templates.get('given keys and topic')!, 'AWS::SNS::Topic')).toEqual([]);
  });

  it('encrypts queues and topic with its own keys, and refuses them without TLS', () => {
    for (const queue of properties('AWS::SQS::Queue')) expect(queue).toHaveProperty('KmsMasterKeyId');
    for (const topic of properties('AWS::SNS::Topic')) expect(topic).toHaveProperty('KmsMasterKeyId');
    for (const type of ['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy'])
      for (const policy of properties(type)) expect(JSON.stringify(policy)).toContain('"aws:SecureTransport":"false"');
  });

  it('makes no VPC where one is given, and no endpoint where those stand already', () => {
    const given = templates.get('given VPC')!;
    const withEndpoints = templates.get('given VPC with its endpoints')!;

    for (const type of ['VPC', 'Subnet', 'RouteTable', 'FlowLog'])
      expect(resourcesOf(given, `AWS::EC2::${type}`)).toEqual([]);
    expect(resourcesOf(given, 'AWS::EC2::VPCEndpoint')).toHaveLength(6);
    expect(resourcesOf(withEndpoints, 'AWS::EC2::VPCEndpoint')).toEqual([]);
    const groups = resourcesOf(withEndpoints, 'AWS::EC2::SecurityGroup').map(([, group]) => JSON.stringify(group));
    expect(groups.filter((text) => text.includes('"DestinationSecurityGroupId":"sg-0a1b2c3d4e5f60718"'))).toHaveLength(
      4,
    );
    const [, { Properties }] = resourcesOf(given, 'AWS::Lambda::Function')[0]!;
    expect(Properties['VpcConfig']).toMatchObject({
      SubnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-0a1b2c3d4e5f60719'],
    });
  });

  it('lets a stack for trying be deleted, but for what it has published', () => {
    const trying = templates.get('small and for trying')!;

    for (const [id, { DeletionPolicy }] of [
      ...resourcesOf(trying, 'AWS::DynamoDB::Table'),
      ...resourcesOf(trying, 'AWS::S3::Bucket'),
    ]) {
      expect(DeletionPolicy).toBe(id.includes('JobDailyA3Data') ? 'Retain' : 'Delete');
    }
    expect(
      resourcesOf(trying, 'AWS::DynamoDB::Table').map(([, table]) => table.Properties['WarmThroughput']),
    ).toContainEqual({ ReadUnitsPerSecond: 24_000, WriteUnitsPerSecond: 16_000 });
    for (const [, { Properties }] of resourcesOf(trying, 'AWS::Lambda::Function'))
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    for (const [, { Properties }] of resourcesOf(trying, 'AWS::Scheduler::Schedule'))
      expect(Properties['State']).toBe('DISABLED');
  });
});
