/**
 * Fills the look-up tables of a deployed stack, with the caller's own rights: the built-in governing laws, and the files
 * that are named. Safe to run again. Needs `dynamodb:GetItem`, `PutItem` and `BatchWriteItem` on both tables;
 * `s3:GetObject` and `s3:PutObject` on `look-ups/*` of JobDailyA3Data, and `s3:ListBucket` on it; `kms:Decrypt` and
 * `kms:GenerateDataKey` on their key.
 *   npm --prefix infra run look-ups -- --co co.csv --cp cp.csv --aliases aliases.csv --laws laws.csv
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { messageOf } from '../../src/errors.ts';
import { addDefaultLaws } from '../../src/runtime/add-default-laws.ts';
import { type ImportResult, importEntityFiles, importLawFile } from '../../src/runtime/look-up-import.ts';
import { createDynamoDbClient, createS3Client } from '../../src/stores/aws/create-aws-clients.ts';
import { DynamoEntityTable } from '../../src/stores/aws/dynamo-entity-table.ts';
import { DynamoGoverningLawTable } from '../../src/stores/aws/dynamo-governing-law-table.ts';
import { S3JobDailyA3Data } from '../../src/stores/aws/s3-job-daily-a3-data.ts';
import { ParameterError } from '../lib/checker.ts';

/** Written by `npm run deploy`. */
const OUTPUTS = fileURLToPath(new URL('../outputs.json', import.meta.url));
/** Where the caller stands: npm changes the folder before it runs a script. */
const CALLER = process.env['INIT_CWD'] ?? process.cwd();

type Outputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** @throws ParameterError: no such file, or no such stack in it */
export function tablesOf(
  file: string,
  stack: string | undefined,
): { readonly entity: string; readonly governingLaw: string; readonly jobDailyA3Data: string } {
  let outputs: Outputs;
  try {
    outputs = JSON.parse(readFileSync(file, 'utf8')) as Outputs;
  } catch (error) {
    throw new ParameterError(
      [{ path: '', found: messageOf(error), expected: 'what `npm run deploy` has written' }],
      file,
    );
  }
  const stacks = Object.keys(outputs);
  const name = stack ?? (stacks.length === 1 ? stacks[0]! : '');
  const { EntityTable: entity, GoverningLawTable: governingLaw, JobDailyA3DataBucket: a3 } = outputs[name] ?? {};
  if (entity !== undefined && governingLaw !== undefined && a3 !== undefined) {
    return { entity, governingLaw, jobDailyA3Data: a3 };
  }
  throw new ParameterError(
    [{ path: `/${name}`, found: stacks.join(', '), expected: '--stack with the name of a stack of ours' }],
    file,
  );
}

async function importLookUps(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { outputs: text, stack: text, co: text, cp: text, aliases: text, laws: text },
  });
  const path = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : resolve(CALLER, file);
  const tables = tablesOf(path(values.outputs) ?? OUTPUTS, values.stack);
  const endpoint = process.env['AWS_ENDPOINT_URL'];
  const at = endpoint === undefined ? {} : { endpoint };
  const client = createDynamoDbClient(at);
  const stores = {
    governingLaws: new DynamoGoverningLawTable(client, tables.governingLaw),
    entities: new DynamoEntityTable(client, tables.entity),
    jobDailyA3Data: new S3JobDailyA3Data(createS3Client(at), tables.jobDailyA3Data),
  };
  const options = { allowRejects: false };
  await addDefaultLaws(stores);
  if (values.laws !== undefined) tell(await importLawFile(path(values.laws)!, stores, options));
  const files = { co: path(values.co), cp: path(values.cp), aliases: path(values.aliases) };
  if (Object.values(files).some((file) => file !== undefined)) tell(await importEntityFiles(files, stores, options));
}

function tell({ counts }: ImportResult): void {
  for (const { file, new: added, changed, unchanged } of counts) {
    process.stdout.write(`${file}: ${added} new, ${changed} changed, ${unchanged} unchanged\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await importLookUps();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
