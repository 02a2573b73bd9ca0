/** How another process is turned to the stand-in. */
import { dirname } from 'node:path';
import type { Caller } from './call-aws.ts';

export function settingsFor(
  { endpoint, region, credentials }: Caller,
  certificateFile: string,
): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    NODE_EXTRA_CA_CERTS: certificateFile,
    AWS_CA_BUNDLE: certificateFile, // What CDK's command line and the AWS one go by.
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
  };
}

/** This process's own, without settings that could name a real account, and with its Node as `node`. */
export function environmentWith(settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const own = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK|LEXDELTA)_/.test(name));
  const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  return { ...(Object.fromEntries(own) as Record<string, string>), PATH: path, ...settings };
}
