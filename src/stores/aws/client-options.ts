/** How every client of an AWS driver is made: once a process, since sockets and credentials are kept in it. */
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** Connecting inside a region takes milliseconds; a missing endpoint shows as silence. */
const CONNECTION_TIMEOUT_MS = 5_000;
/** Answers take milliseconds, the upload of a large page object a second or two: three tries of this fit into a minute. */
const SILENCE_MS = 20_000;
/** As many as a `Pace` lets through at once. */
const MAX_SOCKETS = 50;

export interface ClientOptions {
  readonly region?: string;
  /** Found already, for another client. Default: found by the client itself. */
  readonly credentials?: NonNullable<DynamoDBClientConfig['credentials']>;
  /** Another address than AWS's own, for a stand-in. */
  readonly endpoint?: string;
  /** How long an answer may take to begin, and then to go on. The client's own default is for ever. */
  readonly silenceMs?: number;
}

/**
 * A stand-in's address, as AWS's clients read it from the environment: named here because a bucket then stands in the path.
 */
export function s3Place(env: NodeJS.ProcessEnv): Pick<ClientOptions, 'endpoint'> {
  const endpoint = env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'] || '';
  return endpoint === '' ? {} : { endpoint };
}

/** One attempt a request: trying again is the `Pace`'s, which knows of all requests to the same table. */
export function clientConfig({ silenceMs = SILENCE_MS, ...place }: ClientOptions = {}) {
  return {
    ...place,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: silenceMs,
      throwOnRequestTimeout: true,
      socketTimeout: silenceMs,
      httpsAgent: { maxSockets: MAX_SOCKETS },
    },
  };
}
