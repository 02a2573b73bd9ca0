import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../../src/engine/history-event.ts';
import type { ExecutionRecord, Frame, Journal, JournalCommit } from '../../src/engine/journal.ts';

/** Each driver's test file calls this once; `open` gives an empty journal. */
export function journalContract(driver: string, open: () => Promise<Journal>): void {
  describe(`Journal contract: ${driver}`, () => {
    it('gives back an execution, its events and its frames as committed', async () => {
      const journal = await open();
      await journal.commit([begin('a')]);
      await journal.commit([commit('a', { events: [event(2), event(3)], putFrames: [frame(''), frame('.1-0')] })]);

      expect(journal.execution('a')).toEqual(record('a'));
      expect(journal.lastEventId('a')).toBe(3);
      expect(journal.events('a', 1, 10)).toEqual([event(2), event(3)]);
      expect(journal.events('a', 0, 2)).toEqual([event(1), event(2)]);
      expect(pathsOf(journal, 'a')).toEqual(['', '.1-0']);
      expect([...journal.frames('a')][0]!.frame).toEqual(frame('').frame);
    });

    it('knows nothing of an execution that was never begun', async () => {
      const journal = await open();
      expect(journal.execution('a')).toBeNull();
      expect(journal.lastEventId('a')).toBe(0);
      expect(journal.events('a', 0, 10)).toEqual([]);
      expect(pathsOf(journal, 'a')).toEqual([]);
    });

    it('keeps executions apart whose names begin alike', async () => {
      const journal = await open();
      const names = ['a', 'a.1', 'a-b', 'a0', 'aé', 'b'];
      for (const name of names) await journal.commit([{ ...begin(name), putFrames: [frame('')] }]);
      for (const name of names) {
        expect(journal.lastEventId(name)).toBe(1);
        expect(pathsOf(journal, name)).toEqual(['']);
      }
      await journal.commit([close('a')]);
      expect(pathsOf(journal, 'a.1')).toEqual(['']);
      expect(pathsOf(journal, 'a0')).toEqual(['']);
    });

    it('removes the frames inside a path, and no sibling', async () => {
      const journal = await open();
      await journal.commit([begin('a')]);
      const paths = ['', '.1-0', '.1-0.2-0', '.1-0.2-0.1-5', '.1-01', '.1-1', '.11-0'];
      await journal.commit([commit('a', { putFrames: paths.map(frame) })]);
      await journal.commit([commit('a', { removeBelow: ['.1-0'] })]);
      expect(pathsOf(journal, 'a')).toEqual(['', '.1-0', '.1-01', '.1-1', '.11-0']);
      await journal.commit([commit('a', { removeBelow: [''], putFrames: [frame('.12-0')] })]);
      expect(pathsOf(journal, 'a')).toEqual(['', '.12-0']);
    });

    it('closing an execution removes its frames and keeps its history', async () => {
      const journal = await open();
      await journal.commit([{ ...begin('a'), putFrames: [frame('')] }]);
      await journal.commit([close('a')]);
      expect(journal.execution('a')).toMatchObject({ status: 'FAILED' });
      expect(pathsOf(journal, 'a')).toEqual([]);
      expect(journal.lastEventId('a')).toBe(2);
    });

    it('refuses to write to a closed execution, and to begin one twice; nothing of such a commit is kept', async () => {
      const journal = await open();
      await journal.commit([begin('a')]);
      await journal.commit([begin('b')]);
      await journal.commit([close('a')]);
      const late = [commit('b', { events: [event(2)] }), commit('a', { events: [event(3)], putFrames: [frame('')] })];
      await expect(journal.commit(late)).rejects.toMatchObject({ code: 'RUN_SUPERSEDED' });
      await expect(journal.commit([begin('a')])).rejects.toMatchObject({ code: 'RUN_SUPERSEDED' });
      await expect(journal.commit([begin('b')])).rejects.toMatchObject({ code: 'RUN_SUPERSEDED' });
      expect(journal.lastEventId('a')).toBe(2);
      expect(journal.lastEventId('b')).toBe(1);
      expect(pathsOf(journal, 'a')).toEqual([]);
    });

    it('lists what is open below a root', async () => {
      const journal = await open();
      await journal.commit([begin('a')]);
      await journal.commit([begin('a.1', 'a'), begin('x', 'a'), begin('b')]);
      expect([...journal.openBelow('a')].toSorted()).toEqual(['a.1', 'x']);
      await journal.commit([close('x', 'a')]);
      expect(journal.openBelow('a')).toEqual(['a.1']);
      expect(journal.openBelow('b')).toEqual([]);
    });

    it('commits concurrent calls in their order', async () => {
      const journal = await open();
      const ids = Array.from({ length: 200 }, (_, i) => i + 2);
      await Promise.all([
        journal.commit([begin('a')]),
        ...ids.map((id) => journal.commit([commit('a', { events: [event(id)] })])),
      ]);
      expect(journal.events('a', 0, 1_000).map(({ id }) => id)).toEqual([1, ...ids]);
    });
  });
}

function event(id: number): HistoryEvent {
  return { id, previousEventId: id - 1, timestamp: '2026-11-23T00:00:00.000Z', type: 'PassStateExited' };
}

function frame(path: string): { path: string; frame: Frame } {
  const stage = { kind: 'backing-off', dueAtMs: 7 } as const;
  return {
    path,
    frame: {
      state: 'S',
      enteredAtMs: 1,
      input: { a: [1] },
      variables: { v: null },
      attempt: 2,
      retries: [1, 0],
      lastEventId: 3,
      stage,
    },
  };
}

function record(name: string, root = name): ExecutionRecord {
  const parent = root === name ? null : root;
  const open = {
    status: 'RUNNING',
    stoppedAtMs: null,
    output: null,
    error: null,
    cause: null,
    redriveCount: 0,
  } as const;
  return { name, machine: 'm', root, parent, input: { n: 1 }, startedAtMs: 5, ...open };
}

function commit(execution: string, parts: Partial<JournalCommit>, root = execution): JournalCommit {
  return { execution, root, events: [], putFrames: [], removeBelow: [], record: null, ...parts };
}

function begin(name: string, root = name): JournalCommit {
  return commit(name, { events: [event(1)], record: record(name, root) }, root);
}

function close(name: string, root = name): JournalCommit {
  return commit(
    name,
    { events: [event(2)], record: { ...record(name, root), status: 'FAILED', stoppedAtMs: 6 } },
    root,
  );
}

function pathsOf(journal: Journal, execution: string): readonly string[] {
  return [...journal.frames(execution)].map(({ path }) => path).toSorted();
}
