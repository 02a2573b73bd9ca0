import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  countQueryEvents,
  MAX_HISTORY_EVENTS,
  MAX_LEAF_SLICES,
  MAX_QUERY_EVENTS,
  MAX_RECURSION_PARTS,
} from '../../src/job/limits.ts';

/**
 * The limits that the machines keep at any size, computed from the definitions: history events per execution, with
 * every retry used up, for 10 thousand to 100 million documents, on an ordinary day and on day one.
 */
interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Retry?: readonly { readonly MaxAttempts: number }[];
  readonly ItemProcessor?: { readonly States: Readonly<Record<string, State>> };
}
type States = Readonly<Record<string, State>>;

function states(name: string): States {
  return (
    JSON.parse(readFileSync(new URL(`../../src/job/${name}.asl.json`, import.meta.url), 'utf8')) as { States: States }
  ).States;
}

/** How often a state is entered, and how many iterations a Map has; by state name. */
interface Load {
  readonly times: (state: string) => number;
  readonly items: (map: string) => number;
}

/** Events of every state entered as often as the load says: an upper bound, since no execution takes all branches. */
function countEvents(machine: States, load: Load): number {
  return Object.entries(machine).reduce(
    (sum, [name, state]) => sum + load.times(name) * eventsOf(name, state, load),
    0,
  );
}

function eventsOf(name: string, state: State, load: Load): number {
  if (state.Type === 'Task') {
    const once = state.Resource?.endsWith('.sync:2') ? 6 : 5;
    return once + 3 * (state.Retry ?? []).reduce((sum, retrier) => sum + retrier.MaxAttempts, 0);
  }
  if (state.Type === 'Map') return 4 + load.items(name) * (2 + countEvents(state.ItemProcessor!.States, load));
  return state.Type === 'Fail' ? 1 : 2;
}

/** What a turn of 12 minutes does at the least, far below what is measured: a slow Lex, a throttled table. */
const PER_TURN = {
  documents: 2_000_000,
  pages: 50_000,
  keys: 500_000,
  slices: 50_000,
  shards: 10,
  hashes: 1_000_000,
  deletes: 1000,
};
const DOCUMENT_BYTES = 2500;
const ROWS_PER_SHARD = 200_000;

function dailyLoad(
  documents: number,
  changed: number,
  input: { namespaces: number; workers: number; iterations: number; pageSize: number },
): Load {
  const { namespaces, workers, iterations, pageSize } = input;
  const perNamespace = documents / namespaces;
  const pages = documents / pageSize;
  const slices = pages + (changed * DOCUMENT_BYTES) / 2 ** 20;
  const shards = Math.ceil(documents / ROWS_PER_SHARD);
  const turns = (work: number, perTurn: number): number => Math.max(1, Math.ceil(work / perTurn));
  const queryTurns = turns(perNamespace / workers, PER_TURN.documents);
  const joinTurns = turns(perNamespace / pageSize, PER_TURN.pages);
  const times: Readonly<Record<string, number>> = {
    AcquireLock: 2,
    QueryNamespaces: iterations,
    ValidateNamespacesQueryingProcess: iterations,
    HasQueryGatePassed: iterations,
    QueryNamespace: queryTurns,
    IsWorkerDone: queryTurns,
    CalculateAndUpdateQueriedDocsInNamespace: joinTurns,
    IsNamespaceJoined: joinTurns,
    CreateBatchesForDeltaDocs: turns(pages, PER_TURN.keys),
    AreBatchesCreated: turns(pages, PER_TURN.keys),
    CalculateTotalTransformedDocs: turns(slices, PER_TURN.slices),
    HasTransformationGatePassed: turns(slices, PER_TURN.slices),
    CreateJobDailyA3Data: turns(slices, PER_TURN.slices),
    AreShardsPlanned: turns(slices, PER_TURN.slices),
    BuildBatch: turns(shards / workers, PER_TURN.shards),
    IsBuildDone: turns(shards / workers, PER_TURN.shards),
    CheckBatch: turns(shards / workers, PER_TURN.shards),
    IsCheckDone: turns(shards / workers, PER_TURN.shards),
    FinishHashesBatch: turns(changed / workers, PER_TURN.hashes),
    FinishHashesDone: turns(changed / workers, PER_TURN.hashes),
    UpdateHashesBatch: turns(changed / workers, PER_TURN.hashes),
    UpdateHashesDone: turns(changed / workers, PER_TURN.hashes),
    CleanupDailyJob: turns(pages + slices / MAX_LEAF_SLICES, PER_TURN.deletes),
    IsCleanedUp: turns(pages + slices / MAX_LEAF_SLICES, PER_TURN.deletes),
  };
  return {
    times: (state) => times[state] ?? 1,
    items: (map) => (map === 'QueryNamespaces' ? namespaces : workers),
  };
}

const SIZES = [1e4, 1e5, 1e6, 1e7, 1e8];

describe('history of the daily job', () => {
  const machine = states('daily-agreement-job');

  it.each(SIZES.flatMap((documents) => [2, 10, 40].map((workers) => ({ documents, workers }))))(
    'stays below 25,000 events with $documents documents and $workers workers, on an ordinary day and on day one',
    ({ documents, workers }) => {
      const input = { namespaces: 4, workers, iterations: 3, pageSize: 1000 };

      expect(countEvents(machine, dailyLoad(documents, documents / 100, input))).toBeLessThan(MAX_HISTORY_EVENTS);
      expect(countEvents(machine, dailyLoad(documents, documents, input))).toBeLessThan(MAX_HISTORY_EVENTS);
    },
  );

  it('stays below it for every number of namespaces, workers and iterations that an input may name', () => {
    for (let namespaces = 1; namespaces <= 100; namespaces += 1) {
      for (let workers = 1; workers <= 40; workers += 1) {
        for (const iterations of [1, 3, 10]) {
          if (countQueryEvents(namespaces, workers, iterations) > MAX_QUERY_EVENTS) continue;
          const load = dailyLoad(1e6, 1e6, { namespaces, workers, iterations, pageSize: 1000 });
          expect(countEvents(machine, load), `${namespaces} × ${workers} × ${iterations}`).toBeLessThan(
            MAX_HISTORY_EVENTS,
          );
        }
      }
    }
  });
});

describe('history of TransformDeltaBatch', () => {
  const machine = states('transform-delta-batch');
  const load = (slices: number, parts: number): Load => ({
    times: () => 1,
    items: (map) => (map === 'TransformSlices' ? slices : parts),
  });

  it('stays below 25,000 events in a full leaf, and where it recurses', () => {
    expect(countEvents(machine, load(MAX_LEAF_SLICES, 0))).toBeLessThan(MAX_HISTORY_EVENTS);
    expect(countEvents(machine, load(0, MAX_RECURSION_PARTS))).toBeLessThan(MAX_HISTORY_EVENTS);
  });

  it('reaches 100 million new documents with one worker in two levels', () => {
    const slices = (1e8 * DOCUMENT_BYTES) / 2 ** 20;

    expect(slices).toBeLessThan(MAX_LEAF_SLICES * MAX_RECURSION_PARTS ** 2);
  });
});
