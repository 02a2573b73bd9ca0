import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ParameterError } from '../lib/checker.ts';
import { loadParameters } from '../lib/load-parameters.ts';
import { parseParameters } from '../lib/parameters.ts';

const file = fileURLToPath(new URL('../parameters.example.json', import.meta.url));
const example = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
const lex = example['lex'] as Record<string, unknown>;

function problemsOf(value: unknown): readonly string[] {
  try {
    parseParameters(value);
    return [];
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    return error.problems.map(({ path }) => path);
  }
}

describe('the parameters', () => {
  it('are few where the defaults will do', () => {
    expect(parseParameters(example)).toMatchObject({
      stackName: 'lexdelta',
      deletionProtection: true,
      job: { max_parallel_executions: 2, query_batch_size: 1000, namespaces: [{ namespace: 'mac' }, {}, {}, {}] },
      schedule: {
        timeZone: 'America/New_York',
        start: { hour: 1, minute: 0 },
        deadline: { hour: 7, minute: 0 },
        daysBack: 1,
      },
    });
  });

  it.each([
    ['/account', { account: 123456789012 }],
    ['/account', { account: undefined }],
    ['/region', { region: 'Frankfurt' }],
    ['/stackName', { stackName: 'lexdelta-production' }],
    ['/stackName', { stackName: 'Lexdelta' }],
    ['/availabilityZones', { availabilityZones: ['us-east-1a'] }],
    ['/availabilityZones', { availabilityZones: ['us-east-1a', 'us-east-1a'] }],
    ['/availabilityZones', { availabilityZones: ['us-east-1a', 'us-west-2a'] }],
    ['/tags', { tags: { owner: 5 } }],
    ['/deletionProtection', { deletionProtection: 'yes' }],
    ['/network/cidr', { network: { cidr: '10.0.0.0/8' } }],
    [
      '/network/vpc/vpcId',
      {
        network: {
          vpc: { vpcId: 'main', subnetIds: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'], routeTableIds: ['rtb-0a1b2c3d'] },
        },
      },
    ],
    [
      '/network/vpc/subnetIds',
      { network: { vpc: { vpcId: 'vpc-0a1b2c3d', subnetIds: 'subnet-0a1b2c3d', routeTableIds: ['rtb-0a1b2c3d'] } } },
    ],
    [
      '/network/cidr',
      {
        network: {
          cidr: '10.0.0.0/22',
          vpc: {
            vpcId: 'vpc-0a1b2c3d',
            subnetIds: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'],
            routeTableIds: ['rtb-0a1b2c3d'],
          },
        },
      },
    ],
    [
      '/availabilityZones',
      {
        network: {
          vpc: {
            vpcId: 'vpc-0a1b2c3d',
            subnetIds: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e', 'subnet-0a1b2c3f'],
            routeTableIds: ['rtb-0a1b2c3d'],
          },
        },
      },
    ],
    ['/keys/dataKeyArn', { keys: { dataKeyArn: 'arn:aws:kms:us-east-1:123456789012:alias/data' } }],
    ['/lex/url', { lex: { ...lex, url: 'http://lex.inet.example.com' } }],
    ['/lex/url', { lex: { ...lex, url: 'https://user:secret@lex.inet.example.com' } }],
    ['/lex/dns', { lex: { ...lex, url: 'https://10.1.2.3' } }],
    [
      '/lex/endpointService',
      { lex: { ...lex, endpointService: 'com.amazonaws.vpce.us-west-2.vpce-svc-0123456789abcdef0' } },
    ],
    ['/lex/tokenSecretArn', { lex: { ...lex, tokenSecretArn: 'lex-token' } }],
    ['/lex/port', { lex: { ...lex, port: 0 } }],
    ['/lex/token', { lex: { ...lex, token: 'secret' } }],
    ['/job', { job: { query_batch_size: 0 } }],
    ['/job', { job: { business_date: '2026-11-23' } }],
    ['/job', { job: { namespaces: [] } }],
    ['/job', { job: { max_paralel_executions: 4 } }],
    ['/rules', { rules: { 'no-such-rule': 'error' } }],
    ['/namespaceModules', { namespaceModules: { '../x': 'x.ts' } }],
    ['/schedule/timeZone', { schedule: { timeZone: 'New York' } }],
    ['/schedule/timeZone', { schedule: { timeZone: 'America/Newyork' } }],
    ['/schedule/deadline', { schedule: { start: '08:00' } }],
    ['/schedule/start', { schedule: { start: '1 am' } }],
    ['/schedule/daysBack', { schedule: { daysBack: -1 } }],
    [
      '/agreementHashWarmThroughput/writeUnitsPerSecond',
      { agreementHashWarmThroughput: { readUnitsPerSecond: 12_000, writeUnitsPerSecond: 10 } },
    ],
    ['/alarms/topicArn', { alarms: { topicArn: 'on-call' } }],
    ['/alarms/email', { alarms: { email: 'on-call' } }],
    ['/alarms/runbookUrl', { alarms: { runbookUrl: 'runbook.md' } }],
    ['/retention/logDays', { retention: { logDays: 100 } }],
    ['/retention/recordsDays', { retention: { recordsDays: 1 } }],
    ['/regoin', { regoin: 'us-east-1' }],
  ])('are refused at %s: %j', (path, change) => {
    expect(problemsOf({ ...example, ...change })).toContain(path);
  });

  it('ask for prefix lists where those of the region are not known', () => {
    const elsewhere = {
      ...example,
      region: 'eu-west-1',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      lex: { ...lex, endpointService: 'com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0' },
    };

    expect(problemsOf(elsewhere)).toEqual(['/network/prefixLists']);
    expect(
      problemsOf({ ...elsewhere, network: { prefixLists: { s3: 'pl-6da54004', dynamodb: 'pl-6fa54006' } } }),
    ).toEqual([]);
  });

  it.each([null, [], 'text', 5])('are an object, not %j', (value) => {
    expect(problemsOf(value)).toContain('');
  });

  it('tell every problem at once, with what was found and what was expected', () => {
    expect(() =>
      parseParameters({ ...example, account: '12', region: 'x', schedule: { daysBack: 9 } }, 'my.json'),
    ).toThrowError(
      /my\.json cannot be used:\n {2}\/account: found "12", expected an account number of 12 digits\n {2}\/region: [\s\S]*\/schedule\/daysBack: found 9, expected an integer from 0 to 3/,
    );
  });

  it('name files that are there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lexdelta-'));
    const path = join(folder, 'parameters.json');
    writeFileSync(
      path,
      JSON.stringify({
        ...example,
        namespaceModules: { mine: './mine.ts' },
        lex: { ...lex, certificateAuthorityFile: './ca.pem' },
      }),
    );

    expect(() => loadParameters(path)).toThrowError(/namespaceModules\/mine[\s\S]*certificateAuthorityFile/);
    writeFileSync(join(folder, 'mine.ts'), '');
    writeFileSync(join(folder, 'ca.pem'), '');
    expect(loadParameters(path)).toMatchObject({
      namespaceModules: { mine: join(folder, 'mine.ts') },
      lex: { certificateAuthorityFile: join(folder, 'ca.pem') },
    });
    rmSync(folder, { recursive: true });
  });

  it('stop `cdk synth` with the message and nothing else', () => {
    const app = fileURLToPath(new URL('../app.ts', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [app], {
      env: { ...process.env, LEXDELTA_PARAMETERS: '/nowhere/parameters.json' },
      encoding: 'utf8',
    });

    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^\/nowhere\/parameters\.json cannot be used:\n {2}\/: found ENOENT.*parameters\.example\.json\n$/,
    );
  });
});
