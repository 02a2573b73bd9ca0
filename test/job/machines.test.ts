import { readFileSync } from 'node:fs';
import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';

/** The house rules for both machines, beside what the engine refuses on load (test/engine). */
type Json = Readonly<Record<string, unknown>>;
interface Placed {
  readonly path: string;
  readonly state: Json;
  /** Catches of the Maps around it, innermost first. */
  readonly outerCatches: readonly Json[];
  readonly siblings: Readonly<Record<string, Json>>;
}

const MACHINES = {
  'daily-agreement-job': { failure: 'RecordJobFailed' },
  'transform-delta-batch': { failure: 'BatchFailed' },
} as const;

function read(name: string): Json {
  return JSON.parse(readFileSync(new URL(`../../src/job/${name}.asl.json`, import.meta.url), 'utf8')) as Json;
}

function place(states: Readonly<Record<string, Json>>, path: string, outerCatches: readonly Json[]): readonly Placed[] {
  return Object.entries(states).flatMap(([name, state]) => {
    const here = `${path}/${name}`;
    const inner = state['ItemProcessor'] as { readonly States: Readonly<Record<string, Json>> } | undefined;
    const catches = [...((state['Catch'] as readonly Json[] | undefined) ?? []), ...outerCatches];
    const placed: Placed = { path: here, state, outerCatches, siblings: states };
    return inner === undefined ? [placed] : [placed, ...place(inner.States, here, catches)];
  });
}

function variablesIn(value: unknown): ReadonlySet<string> {
  return new Set([...JSON.stringify(value ?? null).matchAll(/\$([a-z][a-z_0-9]*)/g)].map((match) => match[1]!));
}

describe.each(Object.entries(MACHINES))('machine %s', (name, { failure }) => {
  const machine = read(name);
  const all = place(machine['States'] as Readonly<Record<string, Json>>, '', []);
  const tasks = all.filter(({ state }) => state['Type'] === 'Task');

  it('is valid States Language', async () => {
    const { isValid, errors } = await validate(machine);

    expect(errors).toEqual([]);
    expect(isValid).toBe(true);
  });

  it('gives every Task a timeout and a Retry for transient errors', () => {
    const without = tasks.filter(({ state }) => {
      const retriers = (state['Retry'] as readonly { readonly ErrorEquals: readonly string[] }[] | undefined) ?? [];
      return (
        typeof state['TimeoutSeconds'] !== 'number' || !retriers.some((r) => r.ErrorEquals.includes('TransientError'))
      );
    });

    expect(without.map(({ path }) => path)).toEqual([]);
  });

  it(`catches everything of every Task, so that it ends in ${failure} or in a result of its iteration`, () => {
    const uncaught = tasks.filter(({ state, outerCatches }) => {
      const catches = [...((state['Catch'] as readonly Json[] | undefined) ?? []), ...outerCatches];
      return !catches.some((c) => (c['ErrorEquals'] as readonly string[]).includes('States.ALL'));
    });
    const top = all.filter(
      ({ path, state }) => path.split('/').length === 2 && (state['Type'] === 'Task' || state['Type'] === 'Map'),
    );
    const failureStates = new Set([failure, 'ReleaseLockAfterFailure', 'JobFailed', 'JobSucceeded']);
    const elsewhere = top.filter(({ state }) => {
      const last = (state['Catch'] as readonly Json[]).at(-1)!;
      return !failureStates.has(last['Next'] as string);
    });

    expect(uncaught.map(({ path }) => path)).toEqual([]);
    expect(elsewhere.map(({ path }) => path)).toEqual([]);
  });

  it('names States.DataLimitExceeded wherever it names States.ALL, which does not catch it', () => {
    const catches = all.flatMap(({ path, state }) =>
      ((state['Catch'] as readonly Json[] | undefined) ?? []).map((c) => ({
        path,
        errors: c['ErrorEquals'] as readonly string[],
        all: state['Catch'] as readonly Json[],
      })),
    );
    const without = catches.filter(
      (c) =>
        c.errors.includes('States.ALL') &&
        !c.all.some((other) => (other['ErrorEquals'] as readonly string[]).includes('States.DataLimitExceeded')),
    );

    expect(without).toEqual([]);
  });

  it('gives every variable of the outermost scope a value in its first state', () => {
    const states = machine['States'] as Readonly<Record<string, Json>>;
    const first = Object.keys(states[machine['StartAt'] as string]!['Assign'] as Json);
    const assigned = Object.values(states).flatMap((state) => [
      ...Object.keys((state['Assign'] as Json | undefined) ?? {}),
      ...[
        ...((state['Catch'] as readonly Json[] | undefined) ?? []),
        ...((state['Choices'] as readonly Json[] | undefined) ?? []),
      ].flatMap((rule) => Object.keys((rule['Assign'] as Json | undefined) ?? {})),
    ]);

    expect(assigned.filter((variable) => !first.includes(variable))).toEqual([]);
  });

  it('never reads in an Output, nor in a neighbour of the same Assign, what the state assigns', () => {
    const wrong = all.filter(({ state }) => {
      const assign = (state['Assign'] as Json | undefined) ?? {};
      const names = Object.keys(assign);
      const output = variablesIn(state['Output']);
      const crossed = names.some((target) =>
        names.some((other) => other !== target && variablesIn(assign[target]).has(other)),
      );
      return crossed || names.some((variable) => output.has(variable));
    });

    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('assigns no variable in a Map that an outer scope has', () => {
    const outer = new Set(
      Object.keys((machine['States'] as Readonly<Record<string, Json>>)['ReadInput']!['Assign'] as Json),
    );
    const inner = all.filter(({ path }) => path.split('/').length > 2);
    const clashes = inner.flatMap(({ path, state }) =>
      Object.keys((state['Assign'] as Json | undefined) ?? {})
        .filter((v) => outer.has(v))
        .map((v) => `${path}: ${v}`),
    );

    expect(clashes).toEqual([]);
  });

  it('goes back to a working state as long as it returns a cursor', () => {
    const withCursor = tasks.filter(({ state }) => JSON.stringify(state['Arguments']).includes('"cursor"'));
    const lost = withCursor.filter(({ path, state, siblings }) => {
      const own = path.slice(path.lastIndexOf('/') + 1);
      const choice = siblings[state['Next'] as string];
      const back = ((choice?.['Choices'] as readonly Json[] | undefined) ?? []).map((rule) => rule['Next']);
      return !back.includes(own);
    });

    expect(lost.map(({ path }) => path)).toEqual([]);
    expect(withCursor.length).toBe(name === 'daily-agreement-job' ? 11 : 0);
  });
});
