/** The AWS clients of a command: region, credentials and address as everywhere on AWS (profile, environment, SSO, role). */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SFNClient } from '@aws-sdk/client-sfn';
import { PermanentError } from '../../errors.ts';
import { clientConfig, s3Place } from '../../stores/aws/client-options.ts';
import { createDynamoDbClient, createS3Client, createSqsClient } from '../../stores/aws/create-aws-clients.ts';
import type { AwsClients } from '../../stores/aws/open-aws-stores.ts';

export interface StackClients extends AwsClients {
  readonly cloudFormation: CloudFormationClient;
  readonly stepFunctions: SFNClient;
  close(): void;
}

/**
 * Credentials are found once and shared: a role is assumed once, and refreshed for all.
 * @param region `null`: `AWS_REGION`, or the profile's
 * @throws PermanentError `AWS_REGION_UNKNOWN`
 */
export async function createStackClients(region: string | null): Promise<StackClients> {
  const cloudFormation = new CloudFormationClient(clientConfig(region === null ? {} : { region }));
  const place = { region: await regionOf(cloudFormation), credentials: cloudFormation.config.credentials };
  const clients = {
    cloudFormation,
    stepFunctions: new SFNClient(clientConfig(place)),
    dynamoDb: createDynamoDbClient(place),
    s3: createS3Client({ ...place, ...s3Place(process.env) }),
    sqs: createSqsClient(place),
  };
  const close = (): void => {
    for (const client of Object.values(clients)) client.destroy();
  };
  return { ...clients, close };
}

async function regionOf(client: CloudFormationClient): Promise<string> {
  try {
    return await client.config.region();
  } catch (error) {
    const what = 'Nothing says in which AWS region the stack is.';
    throw new PermanentError('AWS_REGION_UNKNOWN', what, {}, { cause: error });
  }
}
