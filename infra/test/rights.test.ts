import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DEPLOYED_FUNCTIONS, type DeployedName } from '../lib/deployed-functions.ts';
import { RIGHTS, type Thing } from '../lib/rights.ts';
import { BUNDLES, type BundleReport } from '../scripts/bundle.ts';
import { actionOf, commandsIn, DriverCalls, isKnown } from './driver-calls.ts';
import { DRIVERS, STORE_USE } from './store-use.ts';
import { resourcesOf, synthesised } from './variants.ts';

const calls = new DriverCalls();
const names = Object.keys(RIGHTS) as DeployedName[];
const report = JSON.parse(readFileSync(join(BUNDLES, 'report.json'), 'utf8')) as Record<DeployedName, BundleReport>;
const bundleOf = (name: DeployedName): string => readFileSync(join(BUNDLES, name, 'index.mjs'), 'utf8');

/** Reads where an object may be absent: S3 tells that apart from a refusal to those alone who may list. */
const MAY_BE_ABSENT: Readonly<Partial<Record<DeployedName, readonly Thing[]>>> = {
  PlanReprocessing: ['jobDailyA3Data'],
  QueryNamespace: ['jobDailyDelta'],
  TransformDocumentData: ['jobDailyA3Data'],
  CalculateTotalTransformedDocs: ['jobDailyA3Data'],
};

const CLIENTS: Readonly<Record<string, string>> = {
  s3: '@aws-sdk/client-s3',
  dynamodb: '@aws-sdk/client-dynamodb',
  sqs: '@aws-sdk/client-sqs',
  secretsmanager: '@aws-sdk/client-secrets-manager',
  states: '@aws-sdk/client-sfn',
};

/** `thing action`, as a step's own types and the drivers' sources say. */
function neededBy(name: DeployedName): ReadonlySet<string> {
  const needed = new Set<string>();
  for (const [store, methods] of Object.entries(STORE_USE[name])) {
    const [thing, driver] = DRIVERS[store as keyof typeof DRIVERS];
    for (const method of Object.keys(methods as object)) {
      for (const command of calls.commandsOf(`${driver}.${method}`)) needed.add(`${thing} ${actionOf(command)}`);
    }
  }
  for (const thing of MAY_BE_ABSENT[name] ?? []) needed.add(`${thing} s3:ListBucket`);
  const { file } = DEPLOYED_FUNCTIONS.find((one) => one.name === name)!;
  const entry = readFileSync(new URL(`../../src/runtime/lambda/${file}.ts`, import.meta.url), 'utf8');
  if (entry.includes('openLex'))
    for (const command of calls.commandsOf('readLexToken')) needed.add(`lexToken ${actionOf(command)}`);
  for (const command of commandsIn(entry)) needed.add(`dailyAgreementJob ${actionOf(command)}`);
  return needed;
}

describe('the rights of a function', () => {
  it.each(names)('are what its step sends, no less and no more: %s', (name) => {
    const given = RIGHTS[name].flatMap(({ on, actions }) => actions.map((action) => `${on} ${action}`));

    expect([...new Set(given)].sort()).toEqual([...neededBy(name)].sort());
  });

  it.each(names)('are for the services whose clients are in its bundle: %s', (name) => {
    const services = new Set(RIGHTS[name].flatMap(({ actions }) => actions.map((action) => action.split(':')[0]!)));
    const clients = Object.keys(report[name].from).filter((origin) => Object.values(CLIENTS).includes(origin));

    expect(clients.sort()).toEqual([...services].map((service) => CLIENTS[service]).sort());
  });

  it.each(names)('cover commands that are in its bundle, where its driver could send others: %s', (name) => {
    const bundled = commandsIn(bundleOf(name)).filter(isKnown);

    for (const need of neededBy(name)) {
      const action = need.split(' ')[1]!;
      expect(bundled.some((command) => actionOf(command) === action) || need.endsWith('s3:ListBucket')).toBe(true);
    }
  });

  it.each(names)('go with the network that it is let into: %s', (name) => {
    const { places } = DEPLOYED_FUNCTIONS.find((one) => one.name === name)!;
    const services = new Set(RIGHTS[name].flatMap(({ actions }) => actions.map((action) => action.split(':')[0]!)));

    expect(places.filter((place) => place !== 'lex').sort()).toEqual([...services].sort());
  });

  it('are computed from every command that the drivers know', () => {
    const reached = Object.values(DRIVERS).flatMap(([, driver]) =>
      calls.methodsOf(driver).flatMap((method) => [...calls.commandsOf(`${driver}.${method}`)]),
    );

    expect(new Set([...reached, 'GetSecretValue'])).toEqual(new Set(calls.all));
  });

  it('are in the template as they stand in the table, with nothing but the log, the interfaces and the keys beside them', () => {
    const policies = resourcesOf(synthesised('own VPC').template, 'AWS::IAM::ManagedPolicy');
    for (const name of names) {
      const [, { Properties }] = policies.find(([id]) => id.startsWith(`${name}Policy`))!;
      const { Statement } = Properties['PolicyDocument'] as {
        readonly Statement: readonly { readonly Effect: string; readonly Action: string | readonly string[] }[];
      };
      const actions = Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => [Action].flat());
      const own = actions.filter((action) => !/^(ec2|logs|kms):/.test(action));
      const expected = RIGHTS[name].flatMap((right) => right.actions);
      const isScheduled = name === 'StartDailyAgreementJob' || name === 'CheckDeadline';

      expect(new Set(own)).toEqual(new Set([...expected, ...(isScheduled ? ['sqs:SendMessage'] : [])]));
      expect(actions.some((action) => action.includes('*'))).toBe(false);
    }
  });

  it('stand in an ADR where they are more than one would expect', () => {
    const adr = fileURLToPath(new URL('../../docs/adr/0009-rights-of-functions.md', import.meta.url));

    expect(existsSync(adr)).toBe(true);
    for (const name of Object.keys(MAY_BE_ABSENT)) expect(readFileSync(adr, 'utf8')).toContain(name);
  });
});
