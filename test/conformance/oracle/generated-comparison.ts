/** Runs a generated definition in both homes. */
import fc from 'fast-check';
import { CHILD_DEFINITION, generateDefinition } from './generated-definitions.ts';
import type { Experiment, OpenHome, Outcome } from './home.ts';
import type { LambdaFunction } from './lambda-server.ts';
import { Tape } from './tape.ts';

const MAX_TAPE_LENGTH = 120;

export class Comparison {
  readonly tapes = fc.array(fc.nat(999), { maxLength: MAX_TAPE_LENGTH, size: 'max' });
  readonly #seen = new Map<string, number>();
  #count = 0;

  async run(numbers: readonly number[], ...homes: readonly [OpenHome, OpenHome]) {
    this.#count += 1;
    const id = `g${this.#count}`;
    const definition = generateDefinition(new Tape(numbers));
    const [ours, theirs] = [await end(id, definition, homes[0]), await end(id, definition, homes[1])];
    this.#note(definition, ours);
    return { ours: { ...ours, definition }, theirs: { ...theirs, definition } };
  }

  /** How many there were, how they ended, and how many hold each kind of state. */
  tally(): string {
    const seen = [...this.#seen].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `${this.#count} generated definitions. ${seen.map(([what, times]) => `${what}: ${times}`).join(', ')}`;
  }

  #note(definition: unknown, { status, error }: Ending): void {
    const types = [...JSON.stringify(definition).matchAll(/"Type":"(\w+)"/g)].map((match) => match[1]!);
    const retried = JSON.stringify(definition).includes('"Retry"') ? ['Retry'] : [];
    for (const what of new Set([...types, ...retried, status, error ?? status])) {
      this.#seen.set(what, (this.#seen.get(what) ?? 0) + 1);
    }
  }
}

/** Causes are worded by each home. */
type Ending = Omit<Outcome, 'cause'>;

async function end(id: string, definition: unknown, open: OpenHome): Promise<Ending> {
  const home = await open(experimentOf(id, definition));
  const { cause: _, ...ending } = await home.run('Machine', 'run', { n: 3, list: [1, 2] });
  return ending;
}

function experimentOf(id: string, definition: unknown): Experiment {
  const text = JSON.stringify(definition);
  return {
    id,
    machines: { Machine: definition, ...(text.includes('ChildStateMachine') ? { Child: CHILD_DEFINITION } : {}) },
    functions: scriptedFunctions(),
    tables: text.includes('ItemsTable') ? { Items: ['pk'] } : {},
  };
}

function scriptedFunctions(): Readonly<Record<string, LambdaFunction>> {
  const calls = new Map<string, number>();
  const echo = (payload: unknown): unknown => payload;
  return {
    echo,
    broken: echo,
    add: ({ a, b }: { readonly a: number; readonly b: number }) => ({ sum: a + b }),
    failing: ({ error }: { readonly error: string }) => fail(error),
    /** Fails the first `times` calls with the same key. */
    flaky: ({ key, times }: { readonly key: unknown; readonly times: number }) => {
      const call = (calls.get(JSON.stringify(key)) ?? 0) + 1;
      calls.set(JSON.stringify(key), call);
      return call > times ? { sum: call } : fail('TransientError');
    },
  };
}

function fail(name: string): never {
  throw Object.assign(new Error('scripted'), { name });
}
