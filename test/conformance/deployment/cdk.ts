/** The CDK command line, the one that deploys to AWS too, turned to a stand-in. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Template, takeOut } from './excuses.ts';
import { INFRA } from './install-infra.ts';

const CDK = join(INFRA, 'node_modules', 'aws-cdk', 'bin', 'cdk');
/** What it says is told when it fails. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

export interface CdkPlace {
  /** An empty folder, which it may write to. */
  readonly folder: string;
  /** That of a child process that is to call the stand-in. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends what is under way. */
  readonly signal?: AbortSignal | undefined;
}

const run = promisify(execFile);

async function cdk({ folder, environment, signal }: CdkPlace, cwd: string, args: readonly string[]): Promise<void> {
  const env = {
    ...environment,
    CDK_HOME: join(folder, 'home'),
    // It would ask the internet what is new, and tell what it does.
    CDK_DISABLE_VERSION_CHECK: '1',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
  const options = { cwd, env, signal, maxBuffer: MAX_OUTPUT_BYTES };
  try {
    await run(process.execPath, [CDK, ...args, '--no-notices', '--ci'], options);
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`cdk ${args[0]} failed.\n${stdout ?? ''}${stderr ?? ''}`);
  }
}

/** What every account gets once. In an empty folder: in the app's it would synthesise the app again. */
export async function bootstrap(place: CdkPlace, account: string, region: string): Promise<void> {
  const empty = join(place.folder, 'empty');
  mkdirSync(empty);
  await cdk(place, empty, ['bootstrap', `aws://${account}/${region}`]);
}

/** Bundles the functions and synthesises the app, as `npm run synth` does. @returns the folder of the assembly */
export async function synthesise(place: CdkPlace, parameters: Readonly<Record<string, unknown>>): Promise<string> {
  const [file, assembly] = [join(place.folder, 'parameters.json'), join(place.folder, 'cdk.out')];
  writeFileSync(file, JSON.stringify(parameters));
  const environment = {
    ...place.environment,
    LEXDELTA_PARAMETERS: file,
    LEXDELTA_BUNDLES: join(place.folder, 'bundles'),
  };
  await cdk({ ...place, environment }, INFRA, ['synth', '--quiet', '--output', assembly]);
  return assembly;
}

/** Takes out of the assembly's template what the stand-in cannot make. @returns the logical ids, and both templates */
export function excuse(
  assembly: string,
  stackName: string,
): { readonly taken: readonly string[]; readonly synthesised: Template; readonly deployed: Template } {
  const file = join(assembly, `${stackName}.template.json`);
  const synthesised = JSON.parse(readFileSync(file, 'utf8')) as Template;
  const { template: deployed, taken } = takeOut(synthesised, stackName);
  writeFileSync(file, JSON.stringify(deployed));
  return { taken, synthesised, deployed };
}

/** Uploads the assets and creates the stack. @returns the file with its outputs */
export async function deploy(place: CdkPlace, assembly: string, stackName: string): Promise<string> {
  const outputs = join(place.folder, 'outputs.json');
  const args = ['--app', assembly, '--require-approval', 'never', '--outputs-file', outputs];
  await cdk(place, place.folder, ['deploy', stackName, ...args]);
  return outputs;
}
