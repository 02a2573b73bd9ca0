/** A Lambda invoke endpoint with AWS's answers, over plain functions. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Gets and gives JSON data. A throw is the function's error; a promise that stays open is a call that never ends. */
export type LambdaFunction = (payload: never) => unknown;

export interface LambdaServer {
  readonly endpoint: string;
  register(name: string, run: LambdaFunction): void;
  /** Breaks off the calls that are open. */
  stop(): Promise<void>;
}

export async function startLambdaServer(): Promise<LambdaServer> {
  const functions = new Map<string, LambdaFunction>();
  const server = createServer((request, response) => {
    void answer(request, response, functions);
  });
  // The oracle keeps its connections: one that ends just when it asks again would be told as a failure of the function.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    register: (name, run) => void functions.set(name, run),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  functions: ReadonlyMap<string, LambdaFunction>,
): Promise<void> {
  const body = (await request.setEncoding('utf8').toArray()).join('');
  const name = decodeURIComponent(/functions\/([^/]+)\/invocations/.exec(request.url ?? '')?.[1] ?? '');
  const headers = {
    'content-type': 'application/json',
    'x-amzn-requestid': randomUUID(),
    'x-amz-executed-version': '$LATEST',
  };
  const run = functions.get(name);
  if (run === undefined) {
    response.writeHead(404, { ...headers, 'x-amzn-errortype': 'ResourceNotFoundException' });
    response.end(JSON.stringify({ Type: 'User', Message: `Function not found: ${name}` }));
    return;
  }
  try {
    const result = JSON.stringify((await run(JSON.parse(body || '{}') as never)) ?? null);
    response.writeHead(200, headers).end(result);
  } catch (error) {
    response.writeHead(200, { ...headers, 'x-amz-function-error': 'Unhandled' });
    response.end(JSON.stringify(errorPayload(error)));
  }
}

/** As the Node runtime of Lambda tells of an error, without the trace. */
function errorPayload(error: unknown) {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return { errorType: name, errorMessage: message, trace: [] };
}
