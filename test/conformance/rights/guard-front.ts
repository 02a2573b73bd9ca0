/**
 * Stands before ministack, on the wire: hears which requests of which role are denied, breaks parts of uploads where it is
 * told to, and mends the one thing in which ministack is laxer than S3 (see {@link MENDED}). What may be done decides
 * ministack alone.
 */
import { Agent, createServer, type IncomingHttpHeaders, type Server, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Credentials } from '../deployment/call-aws.ts';
import { ACCOUNT, REGION } from '../deployment/sample-parameters.ts';

/** The one mend: what ministack does otherwise than S3. */
export const MENDED = {
  difference: 'a read of an absent object by a role that may not list the bucket: ministack answers 404',
  reason: 'S3 answers 403, and so does the front; whether the role may list, it asks ministack.',
} as const;

export interface Denial {
  readonly action: string;
  readonly resource: string;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** As signatures name it. */
  readonly service: string;
  readonly accessKeyId: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export class GuardFront {
  readonly #target: string;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server: Server;
  /** Of callers that are watched, by access key. */
  readonly #watched = new Map<string, { readonly credentials: Credentials; readonly denials: Denial[] }>();
  #breaksParts = false;
  /** How often the mend was needed. */
  mended = 0;

  constructor(target: string) {
    this.#target = target;
    this.#server = createServer(async (incoming, outgoing) => {
      try {
        const { method = 'GET', url = '/', headers } = incoming;
        const body = Buffer.concat(await incoming.toArray());
        const { status, headers: answered, body: text } = await this.#answer(method, url, headers, body);
        outgoing.writeHead(status, answered).end(text);
      } catch {
        outgoing.destroy();
      }
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** @returns what was denied to this caller while `during` ran, in the order of the answers */
  async watch(credentials: Credentials, during: () => Promise<void>): Promise<readonly Denial[]> {
    const denials: Denial[] = [];
    this.#watched.set(credentials.accessKeyId, { credentials, denials });
    await during();
    this.#watched.delete(credentials.accessKeyId);
    return denials;
  }

  /** Refuses every part of an upload while `during` runs. */
  async breakParts<T>(during: () => Promise<T>): Promise<T> {
    this.#breaksParts = true;
    try {
      return await during();
    } finally {
      this.#breaksParts = false;
    }
  }

  async #answer(method: string, url: string, headers: IncomingHttpHeaders, body: Buffer): Promise<Answer> {
    const { pathname, searchParams } = new URL(url, this.#target);
    const [, accessKeyId = '', service = ''] =
      /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
    const path = decodeURIComponent(pathname);
    const request = { method, path, query: searchParams, headers, body, service, accessKeyId };
    if (this.#breaksParts && method === 'PUT' && searchParams.has('partNumber')) {
      return xmlError(400, 'InvalidRequest', 'This part was refused by the front.');
    }
    const answer = await this.#mend(request, await this.#forward(url, request));
    if (answer.status === 403) this.#watched.get(accessKeyId)?.denials.push(denialOf(request, answer));
    return answer;
  }

  #forward(url: string, { method, headers, body }: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      // The body is sent whole. The host stays as it was signed.
      const { 'transfer-encoding': _, ...kept } = headers;
      const options = { method, agent: this.#agent, headers: { ...kept, 'content-length': String(body.length) } };
      const outgoing = send(new URL(url, this.#target), options, (response) => {
        response
          .toArray()
          .then(
            (chunks) =>
              resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
            reject,
          );
      });
      outgoing.on('error', reject).end(body);
    });
  }

  /** {@link MENDED} */
  async #mend({ service, method, path, accessKeyId }: Request, answer: Answer): Promise<Answer> {
    const [, bucket = '', key = ''] = /^\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const watched = this.#watched.get(accessKeyId);
    const isReadOfAbsent =
      service === 's3' && answer.status === 404 && key !== '' && (method === 'GET' || method === 'HEAD');
    if (!isReadOfAbsent || watched === undefined || (await this.#mayList(bucket, watched.credentials))) return answer;
    this.mended += 1;
    return xmlError(403, 'AccessDenied', 'The caller is not authorized to perform: s3:ListBucket on resource: bucket.');
  }

  /** A read has no prefix, so that a right to list that is narrowed to one does not help it. */
  async #mayList(bucket: string, credentials: Credentials): Promise<boolean> {
    const client = new S3Client({ endpoint: this.#target, region: REGION, credentials, forcePathStyle: true });
    try {
      await client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }));
      return true;
    } catch {
      return false;
    } finally {
      client.destroy();
    }
  }
}

function xmlError(status: number, code: string, message: string): Answer {
  const body = Buffer.from(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
  return { status, headers: { 'content-type': 'application/xml', 'content-length': String(body.length) }, body };
}

/** The action is ministack's word for it; only the answer to HEAD has none. */
function denialOf(request: Request, { body }: Answer): Denial {
  const told = /not authorized to perform: ([\w-]+:\w+)/.exec(body.toString('utf8'))?.[1];
  const action = told ?? (request.method === 'HEAD' ? 's3:GetObject' : 'unknown');
  return { action, resource: resourceOf(request, action) };
}

function resourceOf({ service, path, body }: Request, action: string): string {
  const arn = (name: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;
  if (service === 's3') return resourceOfS3(path.slice(1), action, body.toString('utf8'));
  const asked = JSON.parse(body.toString('utf8')) as Readonly<Record<string, unknown>>;
  switch (service) {
    case 'dynamodb': {
      const table = asked['TableName'] ?? Object.keys((asked['RequestItems'] ?? {}) as object)[0];
      return arn(`table/${String(table)}`);
    }
    case 'sqs':
      return arn(String(asked['QueueUrl']).split('/').at(-1)!);
    case 'secretsmanager':
      return String(asked['SecretId']);
    default:
      return String(asked['stateMachineArn']);
  }
}

function resourceOfS3(path: string, action: string, body: string): string {
  const bucket = path.split('/')[0]!;
  if (action === 's3:ListBucket') return `arn:aws:s3:::${bucket}`;
  const deleted = action === 's3:DeleteObject' ? /<Key>([^<]*)<\/Key>/.exec(body)?.[1] : undefined;
  return `arn:aws:s3:::${deleted === undefined ? path : `${bucket}/${deleted}`}`;
}
