/** One process of one Lambda function: loads its handler, answers one call, and waits to be ended. */
import { pathToFileURL } from 'node:url';

export type Answer =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly name: string; readonly message: string };

type Handler = (payload: unknown, context: object) => Promise<unknown>;

const [module = '', payload = ''] = process.argv.slice(2);
const { handler } = (await import(pathToFileURL(module).href)) as { readonly handler: Handler };
const answer = await handler(JSON.parse(payload), {
  awsRequestId: 'request',
  getRemainingTimeInMillis: () => 900_000,
}).then(
  (output): Answer => ({ ok: true, output }),
  ({ name, message }: Error): Answer => ({ ok: false, name, message }),
);
process.send!(answer, () => process.disconnect());
