/** Every function of the synthesised stack behind its role, with its stores on a ministack that holds roles to their rights. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { startLexServer } from '../../../src/lex/lex-server.ts';
import { VARIABLES, type VariableName } from '../../../src/runtime/lambda/environment.ts';
import {
  createDynamoDbClient,
  createS3Client,
  createSecretsManagerClient,
  createSqsClient,
} from '../../../src/stores/aws/create-aws-clients.ts';
import { openAwsStores } from '../../../src/stores/aws/open-aws-stores.ts';
import type { JobStores } from '../../../src/stores/job-stores.ts';
import { synthesise } from '../deployment/cdk.ts';
import { DEPLOYED_NAMES, type DeployedName } from '../deployment/deployed-stack.ts';
import { installInfra } from '../deployment/install-infra.ts';
import { ACCOUNT, REGION, STACK_NAME, sampleParameters } from '../deployment/sample-parameters.ts';
import { startMinistack, useStandInCredentials } from '../stand-ins/stand-in.ts';
import { deployedFunctions, type Template } from './deployed-rights.ts';
import { GuardFront } from './guard-front.ts';
import { GuardedFunction } from './guarded-function.ts';
import { Roles } from './roles.ts';
import { makeMachine, makeStores, type Place } from './stand-in-stores.ts';

const TEN_MINUTES_MS = 600_000;

export interface GuardedStack {
  readonly functions: ReadonlyMap<DeployedName, GuardedFunction>;
  readonly front: GuardFront;
  /** With the rights of the account's root. */
  readonly stores: JobStores;
  readonly s3: ReturnType<typeof createS3Client>;
  readonly lexFolder: string;
  stop(): Promise<void>;
}

const LEX_TOKEN = 'the-token-of-this-test';

export async function startGuardedStack(): Promise<GuardedStack> {
  const undo: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    installInfra();
    useStandInCredentials();
    const folder = mkdtempSync(join(tmpdir(), 'lexdelta-rights-'));
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    const standIn = await startMinistack({ AUTH: 'true' });
    undo.push(standIn.stop);
    const front = new GuardFront(standIn.endpoint);
    // Through the front, too: a queue's URL names the host that it was made by.
    const place = { endpoint: await front.start(), region: REGION };
    undo.push(() => front.stop());
    const lexFolder = join(folder, 'lex');
    mkdirSync(lexFolder);
    const lex = await startLexServer({ folder: lexFolder, port: 0, token: LEX_TOKEN });
    undo.push(lex.close);

    const tokenSecretArn = await createToken(place);
    const assembly = await synthesise(
      { folder, environment: cleanEnvironment() },
      sampleParameters({ lexUrl: lex.url, tokenSecretArn }),
    );
    const template = JSON.parse(readFileSync(join(assembly, `${STACK_NAME}.template.json`), 'utf8')) as Template;
    const resolve = await makeStores(template, place);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const roles = new Roles({ ...place, credentials }, ACCOUNT);
    await makeMachine(`${STACK_NAME}-DailyAgreementJob`, (await roles.with('the machine', [])).arn, place);
    const functions = new Map(
      deployedFunctions(template, DEPLOYED_NAMES, resolve).map((deployed) => {
        const bundle = join(assembly, `asset.${deployed.asset}`, 'index.mjs');
        const { name, environment } = deployed;
        // Without any time left every turn ends as soon as it may, so that the next one goes on where it stood. Retention,
        // which takes what time is left, would do nothing.
        const remainingMs = name === 'CleanupDailyJob' ? TEN_MINUTES_MS : 0;
        const settings = { bundle, environment, remainingMs, ...place };
        return [name, new GuardedFunction(deployed, settings, { front, roles })];
      }),
    );
    undo.push(() => Promise.all([...functions.values()].map((one) => one.stop())));
    const s3 = createS3Client(place);
    undo.push(() => s3.destroy());
    return { functions, front, stores: openStores(functions, place, undo), s3, lexFolder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Nothing of the user's own settings. */
function cleanEnvironment(): Readonly<Record<string, string>> {
  const own = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK|LEXDELTA)_/.test(name));
  return Object.fromEntries(own) as Record<string, string>;
}

/** Before the template, which names it. */
async function createToken(place: Place): Promise<string> {
  const client = createSecretsManagerClient(place);
  const { ARN } = await client.send(new CreateSecretCommand({ Name: 'lex-token', SecretString: LEX_TOKEN }));
  client.destroy();
  return ARN!;
}

/** Under the names that the functions are given. */
function openStores(
  functions: ReadonlyMap<DeployedName, GuardedFunction>,
  place: Place,
  undo: (() => unknown)[],
): JobStores {
  const given = Object.assign({}, ...[...functions.values()].map(({ deployed }) => deployed.environment)) as Record<
    string,
    string
  >;
  const name = (variable: VariableName): string => given[VARIABLES[variable]]!;
  const clients = { dynamoDb: createDynamoDbClient(place), s3: createS3Client(place), sqs: createSqsClient(place) };
  undo.push(() => Object.values(clients).map((client) => client.destroy()));
  const names = {
    tables: {
      jobStats: name('jobStatsTable'),
      agreementHash: name('agreementHashTable'),
      queryCounts: name('queryCountsTable'),
      entity: name('entityTable'),
      governingLaw: name('governingLawTable'),
    },
    buckets: {
      jobDailyDelta: name('jobDailyDeltaBucket'),
      jobDailyBatchProcessing: name('jobDailyBatchProcessingBucket'),
      jobDailyA3Data: name('jobDailyA3DataBucket'),
    },
    queueUrl: name('enrichmentQueueUrl'),
  };
  return openAwsStores(names, clients);
}
