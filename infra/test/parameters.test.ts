import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ParameterError } from '../lib/checker.ts';
import { loadParameters } from '../lib/load-parameters.ts';
import { parseParameters } from '../lib/parse-parameters.ts';

const file = fileURLToPath(new URL('../parameters.example.json', import.meta.url));
const example = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
const lex = example['lex'] as Record<string, unknown>;

/** Every parameter that there is, each with a value of its own. */
const everything = {
  ...example,
  availabilityZones: ['us-east-1a', 'us-east-1b'],
  tags: { owner: 'legal' },
  deletionProtection: false,
  network: {
    vpc: {
      vpcId: 'vpc-0a1b2c3d',
      subnetIds: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'],
      routeTableIds: ['rtb-0a1b2c3d'],
      endpointSecurityGroupId: 'sg-0a1b2c3d',
    },
    prefixLists: { s3: 'pl-6da54004', dynamodb: 'pl-6fa54006' },
  },
  keys: {
    dataKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/data',
    operationsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/operations',
  },
  lex: {
    ...lex,
    port: 8443,
    dns: 'provider',
    tokenKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/token',
    certificateAuthorityFile: 'ca.pem',
  },
  job: {
    max_parallel_executions: 4,
    query_batch_size: 500,
    query_percentage_success: 0.95,
    docs_transformation_percentage_success: 0.95,
    namespaces: [{ namespace: 'mac' }],
    max_query_iterations: 2,
    max_removed_percentage: 0.1,
  },
  rules: {},
  namespaceModules: { mine: 'mine.ts' },
  schedule: {
    isEnabled: false,
    timeZone: 'Europe/Zurich',
    start: '02:00',
    deadline: '06:30',
    daysBack: 2,
    holidays: ['2026-12-25'],
  },
  agreementHashWarmThroughput: { readUnitsPerSecond: 20_000, writeUnitsPerSecond: 8_000 },
  alarms: {
    topicArn: 'arn:aws:sns:us-east-1:123456789012:on-call',
    email: 'on-call@example.com',
    runbookUrl: 'https://wiki.example.com/runbook',
    queueAgeHours: 12,
  },
  retention: {
    days: 70,
    monthEnds: 12,
    rawTextDays: 30,
    deltaDays: 10,
    recordsDays: 40,
    deletedVersionsDays: 40,
    logDays: 90,
  },
  reserveConcurrency: false,
};

/** Whose keys a user chooses. */
const OPEN = new Set(['/tags', '/rules', '/namespaceModules']);

/** Every value in it, with its path; what a user may fill as he likes is one value. */
function valuesOf(value: unknown, path = ''): readonly (readonly [path: string, value: unknown])[] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const inner = isObject && !OPEN.has(path) ? Object.entries(value) : [];
  return [
    ...(path === '' ? [] : [[path, value] as const]),
    ...inner.flatMap(([field, one]) => valuesOf(one, `${path}/${field}`)),
  ];
}

/** The same parameters with another value at the path. */
function withValue(path: string, value: unknown): unknown {
  const copy = structuredClone(everything) as Record<string, unknown>;
  const fields = path.slice(1).split('/');
  const last = fields.pop()!;
  let at = copy;
  for (const field of fields) at = at[field] as Record<string, unknown>;
  at[last] = value;
  return copy;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}

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
    ['/schedule/holidays', { schedule: { holidays: ['2026-02-30'] } }],
    ['/schedule/holidays', { schedule: { holidays: ['2026-12-25', '2026-12-25'] } }],
    ['/schedule/holidays', { schedule: { holidays: 'us' } }],
    ['/retention/days', { retention: { days: 5 } }],
    ['/retention/rawTextDays', { retention: { days: 20, rawTextDays: 21 } }],
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

  const values = valuesOf(everything);

  it('are all accepted together, and every one of them is tried below', () => {
    const { availabilityZones: _, ...expected } = everything;
    expect(parseParameters(everything)).toMatchObject({
      ...expected,
      schedule: { ...everything.schedule, start: { hour: 2, minute: 0 }, deadline: { hour: 6, minute: 30 } },
    });
    const defaults = valuesOf(parseParameters(example)).map(([path]) => path.split('/')[1]);
    expect(new Set(values.map(([path]) => path.split('/')[1]))).toEqual(new Set(defaults));
  });

  it.each(values)('are refused with a value of another kind at %s', (path, value) => {
    for (const wrong of [null, true, 7, 'x y', ['x y'], { x: 'y' }]) {
      if (kindOf(wrong) === kindOf(value)) continue;
      const problems = problemsOf(withValue(path, wrong));
      const named = problems.filter((problem) => problem !== '' && path.startsWith(problem));
      expect({ path, wrong, named: named.length > 0 }).toEqual({ path, wrong, named: true });
    }
  });

  it.each(values.filter(([, value]) => typeof value === 'number'))(
    'are refused with a number out of bounds at %s',
    (path) => {
      for (const wrong of [-1, 1e12, Number.MAX_SAFE_INTEGER]) {
        const problems = problemsOf(withValue(path, wrong));
        expect(problems.some((problem) => path.startsWith(problem))).toBe(true);
      }
    },
  );

  it.each(
    [['', null] as const, ...values].filter(
      ([path, value]) => !OPEN.has(path) && (path === '' || kindOf(value) === 'object'),
    ),
  )('are refused with a field that nobody knows at "%s"', (path) => {
    const problems = problemsOf(withValue(`${path}/misspelt`, 1));
    expect(problems).toContain(path === '/job' ? path : `${path}/misspelt`);
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

  it('that are wrong stop `cdk synth`, which tells what was found, what was expected, and makes nothing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lexdelta-'));
    const path = join(folder, 'parameters.json');
    writeFileSync(path, JSON.stringify({ ...example, retention: { logDays: 100 }, schedule: { daysback: 1 } }));
    const app = fileURLToPath(new URL('../app.ts', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [app], {
      env: { ...process.env, LEXDELTA_PARAMETERS: path, CDK_OUTDIR: folder },
      encoding: 'utf8',
    });

    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.split('\n')).toEqual([
      `${path} cannot be used:`,
      expect.stringMatching(/^ {2}\/retention\/logDays: found 100, expected one of 30, 60, /),
      expect.stringMatching(/^ {2}\/schedule\/daysback: found 1, expected no such parameter; known are .*daysBack/),
      '',
    ]);
    expect(readdirSync(folder)).toEqual(['parameters.json']);
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
