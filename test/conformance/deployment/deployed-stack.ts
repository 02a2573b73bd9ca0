/**
 * The whole stack, deployed by the CDK command line to a ministack that holds every function to its role, with the
 * sample's look-ups in its tables and the sample's Lex in front of it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openStack } from '../../../src/runtime/aws/stack-data.ts';
import { StackRuntime } from '../../../src/runtime/aws/stack-runtime.ts';
import type { JobRuntime } from '../../../src/runtime/job-runtime.ts';
import { FUNCTION_NAMES } from '../../../src/runtime/machines.ts';
import type { JobStores } from '../../../src/stores/job-stores.ts';
import { type GuardedStandIn, startGuardedMinistack } from '../stand-ins/guarded-ministack.ts';
import { useStandInCredentials } from '../stand-ins/stand-in.ts';
import { type Caller, callAws } from './call-aws.ts';
import { bootstrap, type CdkPlace, deploy, excuse, synthesise } from './cdk.ts';
import { environmentWith, settingsFor } from './environment.ts';
import type { Template } from './excuses.ts';
import { installInfra } from './install-infra.ts';
import { mustSucceed } from './run-lexdelta.ts';
import { importsOfSample, type SampleLex, serveSampleLex } from './sample-lex.ts';
import { ACCOUNT, REGION, STACK_NAME, sampleParameters } from './sample-parameters.ts';

export const DEPLOYED_NAMES = [...FUNCTION_NAMES, 'StartDailyAgreementJob', 'CheckDeadline'] as const;
export type DeployedName = (typeof DEPLOYED_NAMES)[number];

export interface DeployedStack extends Caller {
  readonly stackName: string;
  readonly account: string;
  /** PEM of the stand-in; the calling process trusts it already. */
  readonly certificateFile: string;
  /** Variables by which whoever has them calls the stand-in: address, credentials, certificate. */
  readonly settings: Readonly<Record<string, string>>;
  /** The same for a child process, with Node 24 first and nothing of AWS that the user has set. */
  readonly environment: Readonly<Record<string, string>>;
  /** By the names of the stack's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly functionNames: Readonly<Record<DeployedName, string>>;
  readonly roleArns: Readonly<Record<DeployedName, string>>;
  /** With the rights of the account's root, as the command line opens them. */
  readonly stores: JobStores;
  readonly runtime: JobRuntime;
  readonly lex: SampleLex;
  readonly templates: { readonly synthesised: Template; readonly deployed: Template };
  readonly standIn: GuardedStandIn;
  stop(): Promise<void>;
}

export interface DeployOptions {
  /** Told what is begun, a line each. */
  readonly tell?: (line: string) => void;
  /** Ends it, and removes what was made so far. */
  readonly signal?: AbortSignal;
}

/** The sample's Lex asks for it. */
export const LEX_TOKEN = 'the-token-of-the-sample';

/** Takes about 20 s, and 250 MB. @throws Error with what CDK said */
export async function deploySampleStack({ tell = () => {}, signal }: DeployOptions = {}): Promise<DeployedStack> {
  const undo: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    installInfra();
    useStandInCredentials();
    const folder = mkdtempSync(join(tmpdir(), 'lexdelta-deployed-'));
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    tell('Starting ministack');
    const standIn = await startGuardedMinistack();
    undo.push(standIn.stop);
    const lex = await serveSampleLex(LEX_TOKEN);
    undo.push(lex.stop);
    const caller = callerOf(standIn);
    const settings = settingsFor(caller, standIn.certificateFile);
    const environment = environmentWith(settings);
    const { outputs, templates } = await makeStack({ folder, environment, signal }, caller, lex.url, tell);
    tell('Importing the look-ups');
    const commandLine = { cwd: folder, env: environment, signal };
    for (const args of importsOfSample()) await mustSucceed(commandLine, ['--aws', STACK_NAME, ...args]);
    const { stores, runtime } = await openFromHere(settings);
    undo.push(() => runtime.close());
    return {
      ...caller,
      stackName: STACK_NAME,
      account: ACCOUNT,
      certificateFile: standIn.certificateFile,
      settings,
      environment,
      outputs,
      ...(await findFunctions(caller)),
      stores,
      runtime,
      lex,
      templates,
      standIn,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function callerOf({ endpoint }: GuardedStandIn): Caller {
  return { endpoint, region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
}

async function makeStack(
  place: CdkPlace,
  caller: Caller,
  lexUrl: string,
  tell: (line: string) => void,
): Promise<Pick<DeployedStack, 'outputs' | 'templates'>> {
  tell('Synthesising the stack, bootstrapping the account');
  const tokenSecretArn = await createTokenSecret(caller);
  const [assembly] = await Promise.all([
    synthesise(place, sampleParameters({ lexUrl, tokenSecretArn })),
    bootstrap(place, ACCOUNT, REGION),
  ]);
  const templates = excuse(assembly, STACK_NAME);
  tell('Deploying the stack');
  return { outputs: readOutputs(await deploy(place, assembly, STACK_NAME)), templates };
}

/** Before the stack, whose parameters hold the last six characters of its ARN. */
async function createTokenSecret({ endpoint, region }: Caller): Promise<string> {
  const client = new SecretsManagerClient({ endpoint, region });
  try {
    const secret = await client.send(new CreateSecretCommand({ Name: 'lex-token', SecretString: LEX_TOKEN }));
    return secret.ARN!;
  } finally {
    client.destroy();
  }
}

function readOutputs(file: string): Readonly<Record<string, string>> {
  const stacks = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Readonly<Record<string, string>>>>;
  return stacks[STACK_NAME]!;
}

/** The environment of this process leads to the stand-in from now on. */
async function openFromHere(
  settings: Readonly<Record<string, string>>,
): Promise<Pick<DeployedStack, 'stores' | 'runtime'>> {
  Object.assign(process.env, settings);
  const stack = await openStack({ kind: 'stack', stack: STACK_NAME, region: REGION });
  return { stores: stack.stores, runtime: new StackRuntime(stack) };
}

async function findFunctions(caller: Caller): Promise<Pick<DeployedStack, 'functionNames' | 'roleArns'>> {
  const found = await Promise.all(
    DEPLOYED_NAMES.map(async (name) => {
      const functionName = `${STACK_NAME}-${name}`;
      const path = `/2015-03-31/functions/${functionName}/configuration`;
      const response = await callAws(caller, { service: 'lambda', method: 'GET', path });
      const { Role } = (await response.json()) as { readonly Role?: string };
      if (!response.ok || Role === undefined) throw new Error(`The stack made no function ${functionName}.`);
      return { name, functionName, Role };
    }),
  );
  const by = (value: 'functionName' | 'Role') =>
    Object.fromEntries(found.map((one) => [one.name, one[value]])) as Record<DeployedName, string>;
  return { functionNames: by('functionName'), roleArns: by('Role') };
}
