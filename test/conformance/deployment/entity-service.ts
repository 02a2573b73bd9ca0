/** `lexdelta entities serve` as a process of its own, over entities that the sample leaves unknown, behind a front that can fail. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text as textOf } from 'node:stream/consumers';
import { environmentWith } from './environment.ts';
import { mustSucceed, PROGRAM } from './run-lexdelta.ts';

/** As the sample's documents name them: `sample/README.md`. */
const KNOWN = {
  'co.csv': ['CO.2,CO.3,CO.4', 'H-BAODING-FENGFAN,N,Baoding Fengfan Group Limited Liability Company'],
  'cp.csv': ['CP.2,CP.3,CP.4', 'H-TRUELINK-INC,N,"TrueLink, Inc."', 'H-KIDDO-INC,N,"Kiddo, Inc."'],
  'aliases.csv': [
    'alias,entity_id',
    '"Baoding Fengfan Group Limited Liability Company (""Party A"")",H-BAODING-FENGFAN',
    '"Kiddo, Inc. (""Consultant"")",H-KIDDO-INC',
  ],
};

/** `null`: it answers as it should. */
export type EntityServiceFault = 'busy' | 'nonsense' | null;

export interface EntityService {
  readonly url: string;
  /** What becomes of a question about this text; at first, nothing is amiss. */
  fault: (text: string) => EntityServiceFault;
  stop(): Promise<void>;
}

export async function startEntityService(): Promise<EntityService> {
  const folder = mkdtempSync(join(tmpdir(), 'lexdelta-'));
  for (const [name, lines] of Object.entries(KNOWN)) writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  const place = { cwd: folder, env: environmentWith({ HOME: folder, LEXDELTA_DATA: join(folder, 'known') }) };
  const files = ['--co', 'co.csv', '--cp', 'cp.csv', '--aliases', 'aliases.csv'];
  await mustSucceed(place, ['entities', 'import', ...files]);
  const args = [PROGRAM, 'entities', 'serve', '--port', '0', '--json', '--quiet'];
  const child = spawn(process.execPath, args, { ...place, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value: line = 'null' } = (await lines.next()) as { readonly value?: string };
  const { url: served } = JSON.parse(line) as { readonly url: string };
  const front = createServer(async (request, response) => {
    const body = await textOf(request);
    const fault = service.fault((JSON.parse(body) as { readonly text: string }).text);
    if (fault === 'busy') return response.writeHead(503).end();
    const json = { 'content-type': 'application/json' };
    if (fault === 'nonsense') return response.writeHead(200, json).end('{}');
    const answer = await fetch(`${served}${request.url}`, { method: 'POST', headers: json, body });
    return response.writeHead(answer.status, json).end(await answer.text());
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  const service: EntityService = {
    url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    fault: () => null,
    async stop() {
      front.close();
      front.closeAllConnections();
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return service;
}
