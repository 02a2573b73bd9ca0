/**
 * The baselines: what a careful engineer would write in an afternoon, with no engine, journal or receipts. Two pages in
 * flight, one thread. `raw`: hashes raw lines and parses only what differs; `canonical`: parses and canonicalises all.
 */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { open } from 'lmdb';
import { Agent, request } from 'undici';
import { contend, type Task } from './contender.ts';

const LF = 10;
const mode = process.argv[3] as 'raw' | 'canonical';

async function fetchPage(agent: Agent, task: Task, offset: number): Promise<Buffer> {
  const url = `${task.lexUrl}/namespaces/mac/documents?offset=${offset}&limit=${task.pageSize}`;
  const answer = await request(url, { dispatcher: agent, headers: { accept: 'application/x-ndjson' } });
  const body = Buffer.allocUnsafe(Number(answer.headers['content-length']));
  let length = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) length += chunk.copy(body, length);
  return body.subarray(0, length);
}

function canonicalHash(line: Buffer): string {
  const { audit: _, ...content } = JSON.parse(line.toString('utf8')) as Record<string, unknown>;
  return hash('sha256', canonicalize(content)!, 'hex');
}

/** `{"lexId":"` is where every line of this namespace begins. */
function idOf(line: Buffer): string {
  return line.toString('latin1', 10, line.indexOf(34, 10));
}

await contend(async (task) => {
  const known = open<Buffer, string>({ path: join(task.folder, 'loop'), encoding: 'binary', readOnly: true });
  const agent = new Agent({ connections: 2 });
  const suspects: string[] = [];
  let documents = 0;
  const start = performance.now();
  let next = fetchPage(agent, task, 0);
  for (let offset = 0; offset < task.documents; offset += task.pageSize) {
    const page = await next;
    if (offset + task.pageSize < task.documents) next = fetchPage(agent, task, offset + task.pageSize);
    for (let from = 0; from < page.length; ) {
      const to = page.indexOf(LF, from);
      const line = page.subarray(from, to);
      const before = known.get(idOf(line));
      const isSame =
        before !== undefined &&
        ((mode === 'raw' && hash('sha256', line, 'buffer').compare(before, 0, 16, 0, 16) === 0) ||
          canonicalHash(line) === before.toString('hex', 16));
      if (!isSame) suspects.push(line.toString('utf8'));
      documents += 1;
      from = to + 1;
    }
  }
  const ms = performance.now() - start;
  await agent.close();
  await known.close();
  return { documents, changed: suspects.length, ms };
});
