/** One signed request to a service for which no client is installed. */
import { createHash, createHmac } from 'node:crypto';

export interface Caller {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsRequest {
  /** As signatures name it: `lambda`, `iam`. */
  readonly service: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Of letters that need no encoding, without a query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export async function callAws(caller: Caller, request: AwsRequest): Promise<Response> {
  const { method, path, body = '' } = request;
  const url = new URL(path, caller.endpoint);
  const headers = signedHeaders(caller, request, url.host, body);
  return fetch(url, { method, headers, ...(body === '' ? {} : { body }) });
}

/** AWS Signature Version 4. */
function signedHeaders(
  { region, credentials }: Caller,
  { service, method, path, headers }: AwsRequest,
  host: string,
  body: string,
): Readonly<Record<string, string>> {
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const signed: Readonly<Record<string, string>> = {
    host,
    'x-amz-date': time,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  };
  const names = Object.keys(signed).sort();
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
  const canonical = [method, path, '', lines, names.join(';'), sha256(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  const credential = `Credential=${credentials.accessKeyId}/${scope}`;
  const signature = hmac(key, toSign).toString('hex');
  const { host: _host, ...sent } = signed; // fetch sets it itself.
  return {
    ...headers,
    ...sent,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
