/** The runtime on a stack whose machines run for real, behind a fake of Step Functions' API. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseJobInput } from '../../../src/job/job-input.ts';
import type { RunEvent } from '../../../src/runtime/run-events.ts';
import { type FakeStack, makeFakeStack } from '../../cli/fake-stack.ts';
import { failure } from '../../fakes/fake-step-functions.ts';

const PLACE = { kind: 'stack', stack: 'ours', region: null } as const;
const RUN = 'agreements-2021-10-20';
const DOCUMENTS = 25;
const input = parseJobInput({
  max_parallel_executions: 2,
  query_batch_size: 10,
  business_date: '2021-10-20',
  query_percentage_success: 0.9,
  docs_transformation_percentage_success: 0,
  namespaces: [{ namespace: 'cct' }],
});

let stack: FakeStack;
beforeEach(async () => {
  stack = await makeFakeStack('ours', null);
  const lines = Array.from({ length: DOCUMENTS }, (_, i) => `{"k":"cct-${String(i).padStart(2, '0')}"}\n`);
  await writeFile(join(stack.lex, 'cct.ndjson'), lines.join(''));
});
afterEach(() => stack.remove());

async function run(onEvent: (event: RunEvent) => void, signal = new AbortController().signal) {
  const runtime = await stack.services.openStackRuntime(PLACE);
  return runtime.run({ input, attempt: null }, { onEvent, signal });
}

describe('a run on a stack', () => {
  it('tells the progress of its pages and slices from the histories alone', async () => {
    const events: RunEvent[] = [];

    const outcome = await run((event) => events.push(event));

    expect(outcome).toMatchObject({ kind: 'ended', ran: true, report: { status: 'succeeded' } });
    expect(events[0]).toEqual({ type: 'run', mode: 'new', run: RUN, attempt: 1 });
    expect(events.filter(({ type }) => type === 'total')).toEqual([
      { type: 'total', namespace: 'cct', iteration: 1, total_docs: DOCUMENTS },
    ]);
    const read = events.flatMap((event) => (event.type === 'read' ? [event.documents] : []));
    expect(read.reduce((sum, count) => sum + count, 0)).toBe(DOCUMENTS);
    expect(events.filter(({ type }) => type === 'queried')).toMatchObject([{ total_docs_queried: DOCUMENTS }]);
    const slices = events.filter((event) => event.type === 'slices');
    expect(slices[0]).toMatchObject({ done: 0 });
    expect(slices.at(-1)).toEqual({ type: 'slices', done: slices[0]!.total, total: slices[0]!.total });
    expect(slices[0]!.total).toBeGreaterThan(0);
    const states = events.flatMap((event) =>
      event.type === 'state' && event.phase === 'entered' ? [event.state] : [],
    );
    expect(states.slice(0, 2)).toEqual(['ReadInput', 'AcquireLock']);
    expect(states).toContain('PublishHead');
  });

  it('goes on when only the watching is stopped', async () => {
    const controller = new AbortController();

    const outcome = await run((event) => {
      if (event.type === 'state') controller.abort('SIGINT');
    }, controller.signal);
    await stack.stepFunctions.settle();
    const again = await run(() => undefined);

    expect(outcome).toEqual({ kind: 'stopped', run: RUN, following: true });
    expect(again).toMatchObject({ kind: 'ended', ran: false, report: { status: 'succeeded' } });
  });

  it('is followed when somebody starts it between the look and the start', async () => {
    let isStarted = false;
    stack.stepFunctions.onCall = (call) => {
      if (call !== 'StartExecution' || isStarted) return;
      isStarted = true;
      stack.stepFunctions.start(RUN, JSON.parse(JSON.stringify({ ...input, query_batch_size: 7 })));
    };
    const modes: string[] = [];

    const outcome = await run((event) => event.type === 'run' && modes.push(event.mode));

    expect(modes).toEqual(['following']);
    expect(outcome).toMatchObject({ kind: 'ended', ran: true, report: { status: 'succeeded' } });
  });

  it('is not started where the caller has no right to', async () => {
    stack.stepFunctions.onCall = (call) => {
      if (call === 'StartExecution') throw failure('AccessDeniedException', 'not authorized: states:StartExecution');
    };

    await expect(run(() => undefined)).rejects.toMatchObject({
      code: 'STORE_ACCESS_DENIED',
      what: expect.stringMatching(/^The state machine lexdelta-DailyAgreementJob may not be used .*StartExecution/),
    });
  });

  it('is told as published and incomplete when it is stopped right after its publication', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    stack.onInvoke = (name) => (name === 'UpdateAgreementHashes' ? held : undefined);
    const controller = new AbortController();
    await run((event) => {
      if (event.type === 'state' && event.state === 'PublishHead' && event.phase === 'exited') controller.abort();
    }, controller.signal);
    await stack.stepFunctions.abort(RUN, { error: 'Ada', cause: 'by hand' });
    release();

    const data = await stack.services.openData(PLACE, 'read');
    const { reportOfRun } = await import('../../../src/runtime/current-report.ts');

    expect(await reportOfRun(RUN, data)).toMatchObject({ status: 'published_incomplete', error: { name: 'Ada' } });
  });
});
