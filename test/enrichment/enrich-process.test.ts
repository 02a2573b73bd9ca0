/** The worker as a process of its own, on a data folder, killed at every place where it writes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { placeholder } from '../../src/agreements/make-look-up-items.ts';
import { enrichFromQueue } from '../../src/enrichment/enrich.ts';
import { openHttpEntityService } from '../../src/enrichment/http-entity-service.ts';
import { openEmbeddedStores } from '../../src/stores/embedded/open-stores.ts';
import { temporaryFolders } from '../stores/embedded/temporary-folder.ts';
import { json, type Respond, rawServices } from './raw-service.ts';

const { newFolder } = temporaryFolders();
const start = rawServices();
const launcher = fileURLToPath(new URL('../../bin/lexdelta.js', import.meta.url));

const ANSWER = { entity_id: 'UBS-1', co: null, cp: { 'CP.4': 'UBS AG' } };
const MESSAGE = { entity_key: 'ubs ag', text: 'UBS AG', namespace: 'mac', lex_id: 'mac-1' };

describe('lexdelta entities enrich', () => {
  it('asks, fills in and tells, as a table and as JSON', async () => {
    const folder = await newData();
    const { url, asked } = await start((_, response) => json(response, 200, ANSWER));

    const first = await enrich(folder, url, { LEXDELTA_ENTITY_TOKEN: 'secret' });
    const second = await enrich(folder, url, {}, ['--json']);

    expect(first).toMatchObject({ code: 0, output: expect.stringMatching(/^filled +1 /m) });
    expect(asked).toMatchObject([{ authorization: 'Bearer secret', question: { text: 'UBS AG' } }]);
    expect(JSON.parse(second.output)).toMatchObject({
      schema: 'lexdelta.entities-enrich/1',
      filled: 0,
      waiting: 0,
      stopped: null,
    });
    await expectFilled(folder);
  });

  it('ends with 1 and says why when nobody answers, and loses nothing', async () => {
    const folder = await newData();
    const result = await enrich(folder, 'http://127.0.0.1:1', {}, ['--json']);
    expect(result).toMatchObject({ code: 1 });
    expect(JSON.parse(result.output)).toMatchObject({ failed: 1, waiting: 1 });
  });

  it('loses nothing when it is killed between message and answer', async () => {
    const folder = await newData();
    let kill = (): void => undefined;
    const { url } = await start((_, response, count) => (count === 1 ? kill() : json(response, 200, ANSWER)));
    const process = launch(folder, url, {}, []);
    kill = () => process.kill('SIGKILL');
    expect((await once(process, 'exit'))[1]).toBe('SIGKILL');

    await enrichLater(folder, url);

    await expectFilled(folder);
  });

  it.each([
    'lmdb.commit:enrichment-receive:after:1',
    'folder.link:JobDailyA3Data:before:3',
    'folder.link:JobDailyA3Data:before:4',
    'lmdb.commit:entity-replace:before:1',
    'lmdb.commit:entity-replace:after:1',
    'lmdb.commit:entity-replace:after:2',
    'lmdb.commit:enrichment-acknowledge:before:1',
    'lmdb.commit:enrichment-acknowledge:after:1',
  ])('fills in the same when it is killed at %s, and the message comes again', async (crashAt) => {
    const folder = await newData();
    const { url } = await start((_, response) => json(response, 200, ANSWER));
    const killed = await enrich(folder, url, { LEXDELTA_CRASH_AT: crashAt });
    expect(killed.signal).toBe('SIGKILL');

    await enrichLater(folder, url);

    await expectFilled(folder);
  });

  it('keeps a poison message with its reason, and asks again when it is told to', async () => {
    const folder = await newData();
    let status = 422;
    const respond: Respond = (_, response) => json(response, status, status === 200 ? ANSWER : {});
    const { url } = await start(respond);
    expect(await enrich(folder, url)).toMatchObject({ code: 1, output: expect.stringMatching(/^dead +1 /m) });

    const dead = await run(['entities', 'dead', '--json', '--data', folder]);
    expect(JSON.parse(dead.output)).toEqual({
      schema: 'lexdelta.entities-dead/1',
      letters: [{ message: MESSAGE, reason: 'The entity service answered 422.', tries: 1 }],
      total: 1,
    });
    expect((await run(['entities', 'dead', '--data', folder])).output).toMatch(
      /UBS AG +mac mac-1 +1 +The entity service/,
    );
    expect(await run(['entities', 'retry', '--data', folder])).toMatchObject({
      code: 0,
      output: '1 question put back on the queue\n',
    });

    status = 200;
    await enrich(folder, url);
    await expectFilled(folder);
  });
});

async function newData(): Promise<string> {
  const folder = await newFolder();
  const stores = openEmbeddedStores({ folder });
  await stores.enrichmentQueue.send([MESSAGE]);
  await stores.entities.putIfAbsent(placeholder(MESSAGE.entity_key, MESSAGE.text));
  await stores.close();
  return folder;
}

/** In an hour, when what a dead worker held has come back. */
async function enrichLater(folder: string, url: string): Promise<void> {
  const stores = openEmbeddedStores({ folder, now: () => Date.now() + 3_600_000 });
  const service = openHttpEntityService({ baseUrl: url });
  await enrichFromQueue(stores.enrichmentQueue, service, stores, { parallel: 1, maxTries: 5, follow: false });
  await service.close();
  await stores.close();
}

async function expectFilled(folder: string): Promise<void> {
  const stores = openEmbeddedStores({ folder, readOnly: true });
  expect(await stores.entities.get('ubs ag')).toMatchObject({ kind: 'alias', entity_id: 'UBS-1' });
  expect(await stores.entities.get('ubs-1')).toMatchObject({
    status: 'active',
    roles: ['CP'],
    fields: { 'CP.4': 'UBS AG' },
  });
  expect(await stores.enrichmentQueue.depth()).toBe(0);
  expect(await stores.enrichmentQueue.deadCount()).toBe(0);
  await stores.close();
}

function enrich(
  folder: string,
  url: string,
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
) {
  return finished(launch(folder, url, env, flags));
}

function launch(folder: string, url: string, env: Readonly<Record<string, string>>, flags: readonly string[]) {
  return spawnCommand(['entities', 'enrich', '--service', url, '--data', folder, ...flags], env);
}

function run(args: readonly string[]) {
  return finished(spawnCommand(args, {}));
}

function spawnCommand(args: readonly string[], env: Readonly<Record<string, string>>) {
  return spawn(process.execPath, [launcher, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function finished(child: ReturnType<typeof spawnCommand>) {
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  child.stderr.resume();
  const [code, signal] = await once(child, 'close');
  return { code: code as number | null, signal: signal as NodeJS.Signals | null, output };
}
