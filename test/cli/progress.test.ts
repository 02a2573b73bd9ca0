import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { showProgress } from '../../src/cli/progress/display.ts';
import { progressBlock } from '../../src/cli/progress/lines.ts';
import { applyEvent, startProgress } from '../../src/cli/progress/model.ts';
import { displayWidth } from '../../src/cli/terminal/harmless.ts';
import { Terminal } from '../../src/cli/terminal/terminal.ts';
import type { RunEvent } from '../../src/runtime/run-events.ts';

const START = Date.parse('2021-10-20T06:02:11Z');
const EVENTS: readonly RunEvent[] = [
  { type: 'run', mode: 'new', run: 'agreements-2021-10-20', attempt: 1 },
  { type: 'state', phase: 'entered', state: 'QueryNamespaces', namespace: null, at: '' },
  { type: 'total', namespace: 'mac', iteration: 1, total_docs: 2_400_000 },
  { type: 'total', namespace: 'docman', iteration: 1, total_docs: 940_112 },
  { type: 'read', namespace: 'mac', documents: 1_000_000, pages: 1_000 },
];

function progressAfter(events: readonly RunEvent[], atMs: number) {
  const begun = startProgress('', ['mac', 'docman', 'pwm'], START);
  return events.reduce((progress, event) => applyEvent(progress, event, atMs), begun);
}

describe('progress', () => {
  it('shows each namespace with its share, rate and time left, and the stages to come', () => {
    const first = progressAfter(EVENTS, START);
    const more: readonly RunEvent[] = [
      { type: 'read', namespace: 'mac', documents: 812_000, pages: 812 },
      {
        type: 'queried',
        namespace: 'docman',
        total_docs: 940_112,
        total_docs_queried: 940_112,
        planned: 3,
        complete: true,
      },
    ];
    const later = more.reduce((progress, event) => applyEvent(progress, event, START + 100_000), first);

    const block = progressBlock(later, START + 100_400, 80);

    expect(block.join('\n')).toMatchInlineSnapshot(`
      "query      mac      █████████░░░ 1,812,000/2,400,000  75.5 %  18,120/s  32s left
                 docman   ████████████   940,112/940,112   proven complete
                 pwm      waiting
      1m40s      query > gate > transform > gate > publish > hashes > clean up"
    `);
    for (const line of block) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it('counts a namespace that is queried again from 0', () => {
    const again: RunEvent = { type: 'total', namespace: 'mac', iteration: 2, total_docs: 10 };

    const [mac] = applyEvent(progressAfter(EVENTS, START), again, START).namespaces;

    expect(mac).toMatchObject({ total: 10, read: 0 });
  });

  it('says since when nothing was heard', () => {
    const block = progressBlock(progressAfter(EVENTS, START), START + 65_000, 80).join('\n');

    expect(block).toContain('heard 1m05s ago');
  });
});

describe('showProgress', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: START });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function show(stream: PassThrough, quiet = false) {
    const terminal = new Terminal(new PassThrough(), stream, {});
    terminal.configure({ json: false, quiet, color: false });
    const display = showProgress(terminal, ['mac', 'docman'], Date.now);
    for (const event of EVENTS) display.onEvent(event);
    return display;
  }

  it('writes one line every 30 seconds where there is no terminal, and never moves the cursor', () => {
    const stream = new PassThrough();

    const display = show(stream);
    vi.advanceTimersByTime(65_000);
    display.end();

    const lines = String(stream.read()).trimEnd().split('\n');
    expect(lines).toEqual([
      'agreements-2021-10-20  attempt 1  started 2021-10-20 06:02:11 UTC',
      'agreements-2021-10-20  30s  query  mac 1,000,000/2,400,000  docman 0/940,112',
      'agreements-2021-10-20  1m00s  query  mac 1,000,000/2,400,000  docman 0/940,112',
    ]);
  });

  it('says that it took over, when the process that it followed has ended', () => {
    const stream = new PassThrough();
    const display = showProgress(new Terminal(new PassThrough(), stream, {}), ['mac'], Date.now);
    for (const mode of ['following', 'resumed'] as const) display.onEvent({ type: 'run', mode, run: 'r', attempt: 1 });
    display.end();

    expect(String(stream.read()).trimEnd().split('\n')).toEqual([
      'r  attempt 1  runs already, followed since 2021-10-20 06:02:11 UTC',
      'r  attempt 1  taken over from a process that ended, goes on 2021-10-20 06:02:11',
      '  UTC',
    ]);
  });

  it('draws over its own block on a terminal, and takes it away at the end', () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });

    const display = show(stream);
    vi.advanceTimersByTime(200);
    display.end();

    const text = String(stream.read());
    expect(text).toContain('\x1b[3A\x1b[2Kquery');
    expect(text.endsWith('\x1b[3A\x1b[0J')).toBe(true);
  });

  it('tells each kind of trouble once, and harmlessly', () => {
    const stream = new PassThrough();
    const display = show(stream);
    const trouble: RunEvent = {
      type: 'trouble',
      state: 'QueryNamespace',
      error: 'TransientError',
      message: '503\x1b[2J',
    };

    display.onEvent(trouble);
    display.onEvent(trouble);
    display.end();

    expect(String(stream.read()).split('\n').slice(1)).toEqual(['! reading: 503\\u{1b}[2J', '']);
  });

  it('says nothing when it is to be quiet', () => {
    const stream = new PassThrough();

    show(stream, true).end();

    expect(stream.read()).toBeNull();
  });
});
