/**
 * Small definitions of the declared part. Left out are what depends on chance (which of two failures comes first), and
 * what the oracle is known to do otherwise, each where a comment says so.
 */
import {
  arrayExpression,
  booleanExpression,
  braced,
  failingExpression,
  numberExpression,
  type Readable,
  template,
} from './generated-expressions.ts';
import type { Tape } from './tape.ts';

type State = Record<string, unknown>;
type States = Record<string, State>;

/** Where a group of states stands. */
interface Place {
  /** Variables of this scope, which it may assign. */
  readonly own: readonly string[];
  /** Variables of outer scopes. */
  readonly outer: readonly string[];
  /** Indexes of the iterations around it: what tells one call from another. */
  readonly indexes: readonly string[];
  /** Whether a failure may leave the group. */
  readonly mayFail: boolean;
  readonly depth: number;
}

const ERRORS = ['TransientError', 'PermanentError', 'Custom.Error'] as const;
/** How deep Maps and Parallels nest. */
const DEPTH = 2;

export function generateDefinition(tape: Tape): unknown {
  const names = ['a', 'b'];
  const builder = new Builder(tape);
  const start = builder.name('Pass');
  const place = { own: names, outer: [], indexes: [], mayFail: true, depth: DEPTH };
  const { first, states } = builder.group(place);
  const init = {
    Type: 'Pass',
    Assign: { a: tape.below(5), b: braced(`$states.input.n + ${tape.below(3)}`) },
    Next: first,
  };
  return { QueryLanguage: 'JSONata', StartAt: start, States: { [start]: init, ...states } };
}

/** The machine that nested executions run: fails when it is told to. */
export const CHILD_DEFINITION = {
  QueryLanguage: 'JSONata',
  StartAt: 'Check',
  States: {
    Check: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.fail %}', Next: 'No' }], Default: 'Yes' },
    Yes: { Type: 'Succeed', Output: { n: '{% $states.input.n + 1 %}' } },
    No: { Type: 'Fail', Error: 'ChildError', Cause: 'told to' },
  },
};

class Builder {
  readonly #tape: Tape;
  #count = 0;

  constructor(tape: Tape) {
    this.#tape = tape;
  }

  name(kind: string): string {
    this.#count += 1;
    return `${kind}${this.#count}`;
  }

  /** One to four states, the last of which ends the group. */
  group(place: Place): { readonly first: string; readonly states: States } {
    const blocks: { readonly name: string; readonly add: (next: string | null) => States }[] = [];
    for (let i = this.#tape.below(4); i >= 0; i -= 1) blocks.push(this.#block(place, i === 0));
    const states: States = {};
    for (const [i, { add }] of blocks.entries()) Object.assign(states, add(blocks[i + 1]?.name ?? null));
    return { first: blocks[0]!.name, states };
  }

  #block(place: Place, isLast: boolean) {
    const { depth, mayFail } = place;
    const kinds = ['Pass', 'Task', 'Choice', 'Wait', 'Task', 'Loop', ...(depth > 0 ? ['Map', 'Parallel', 'Map'] : [])];
    const ends = isLast ? ['Succeed', ...(mayFail ? ['Fail'] : [])] : [];
    const kind = this.#tape.oneOf('Pass', ...kinds, ...ends);
    const name = this.name(kind);
    return { name, add: (next: string | null): States => this.#states(kind, name, place, next) };
  }

  #states(kind: string, name: string, place: Place, next: string | null): States {
    const flow = next === null ? { End: true } : { Next: next };
    const readable = readableOf(place);
    switch (kind) {
      case 'Task':
        return this.#withErrors(name, { ...this.#task(name, place), ...flow }, place, next);
      case 'Map':
        return this.#withErrors(name, { ...this.#map(place), ...flow }, place, next);
      case 'Parallel':
        return this.#withErrors(name, { ...this.#parallel(place), ...flow }, place, next);
      case 'Choice':
        return this.#choice(name, place, next);
      case 'Loop':
        return this.#loop(name, place, next);
      case 'Wait':
        return {
          [name]: { Type: 'Wait', Seconds: this.#tape.oneOf<unknown>(0, '{% 0 %}'), ...this.#leaving(place), ...flow },
        };
      case 'Succeed':
        return { [name]: { Type: 'Succeed', Output: template(this.#tape, readable) } };
      case 'Fail':
        return { [name]: { Type: 'Fail', Error: this.#tape.oneOf('Given', "{% 'Comp' & 'uted' %}"), Cause: 'why' } };
      default:
        return { [name]: { Type: 'Pass', ...this.#leaving(place), ...flow } };
    }
  }

  /** Assign and Output; Output never reads what is assigned beside it, which the oracle gets wrong. */
  #leaving(place: Place, paths: readonly string[] = []): State {
    const tape = this.#tape;
    const assigned = place.own.filter(() => tape.rarely(2));
    const readable = { ...readableOf(place), paths };
    const Assign = Object.fromEntries(assigned.map((name) => [name, braced(numberExpression(tape, readable))]));
    const rest = { numbers: readable.numbers.filter((name) => !assigned.includes(name)), paths };
    return {
      ...(assigned.length > 0 ? { Assign } : {}),
      ...(tape.rarely(2) ? { Output: template(tape, rest) } : {}),
    };
  }

  #task(name: string, place: Place): State {
    const tape = this.#tape;
    const readable = readableOf(place);
    const isSafe = !place.mayFail;
    const key = braced(`[${[`'${name}'`, ...place.indexes.map((index) => `$${index}`)].join(', ')}]`);
    switch (tape.below(isSafe ? 3 : 7)) {
      case 1:
        return invoke('echo', { value: template(tape, readable) }, { Output: '{% $states.result.Payload.value %}' });
      case 2:
        return nested({ n: braced(numberExpression(tape, readable)), fail: false });
      case 3:
        return invoke('failing', { error: tape.oneOf(...ERRORS) }, {});
      case 4:
        return invoke('flaky', { key, times: 1 + tape.below(3) }, this.#leavingOfResult(place));
      // Below the top, the oracle makes States.Runtime of every error whose name begins with `States.`.
      case 5:
        return isTop(place) ? nested({ n: 1, fail: true }) : putOnce(tape);
      case 6:
        return isTop(place) ? invoke('broken', { value: failingExpression(tape) }, {}) : putOnce(tape);
      default: {
        const payload = { a: braced(numberExpression(tape, readable)), b: tape.below(5) };
        return invoke('add', payload, this.#leavingOfResult(place));
      }
    }
  }

  #leavingOfResult(place: Place): State {
    return { Output: '{% $states.result.Payload %}', ...this.#leaving(place, ['$states.result.Payload.sum']) };
  }

  #map(place: Place): State {
    const tape = this.#tape;
    const index = this.name('index');
    const local = this.name('local');
    const start = this.name('Start');
    const inner = this.#innerPlace(place, [local], [index]);
    const { first, states } = this.group(inner);
    const init = {
      Type: 'Pass',
      Assign: { [index]: '{% $states.input.index %}', [local]: '{% $states.input.item %}' },
    };
    const isOrdered = inner.mayFail; // The first failure ends the Map, so that only one may come first.
    return {
      Type: 'Map',
      Items: braced(arrayExpression(tape, readableOf(place))),
      ItemSelector: {
        index: '{% $states.context.Map.Item.Index %}',
        item: '{% $states.context.Map.Item.Value %}',
        more: template(tape, readableOf(place)),
      },
      MaxConcurrency: isOrdered ? 1 : tape.oneOf<unknown>(0, 1, 2, '{% 1 + 2 %}'),
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: start,
        States: { [start]: { ...init, Next: first }, ...states },
      },
      ...this.#leaving(place),
    };
  }

  /** At most one branch may fail. */
  #parallel(place: Place): State {
    const branches = Array.from({ length: 1 + this.#tape.below(3) }, (_, i) => {
      const local = this.name('local');
      const start = this.name('Start');
      const inner = this.#innerPlace({ ...place, mayFail: place.mayFail && i === 0 }, [local], []);
      const { first, states } = this.group(inner);
      const init = { Type: 'Pass', Assign: { [local]: i }, Next: first };
      return { StartAt: start, States: { [start]: init, ...states } };
    });
    return { Type: 'Parallel', Branches: branches, ...this.#leaving(place) };
  }

  #innerPlace(place: Place, own: readonly string[], indexes: readonly string[]): Place {
    return {
      own,
      outer: [...place.own, ...place.outer, ...indexes],
      indexes: [...place.indexes, ...indexes],
      mayFail: place.mayFail && this.#tape.rarely(2),
      depth: place.depth - 1,
    };
  }

  #choice(name: string, place: Place, next: string | null): States {
    const tape = this.#tape;
    const flow = next === null ? { End: true } : { Next: next };
    const ways = Array.from({ length: 2 + tape.below(2) }, () => this.name('Way'));
    const Choices = ways.slice(1).map((way) => ({
      Condition: braced(booleanExpression(tape, readableOf(place), 2)),
      Next: way,
      ...this.#leaving(place),
    }));
    const states = ways.map((way) => [way, { Type: 'Pass', ...this.#leaving(place), ...flow }]);
    return {
      [name]: { Type: 'Choice', Choices, Default: ways[0], ...this.#leaving(place) },
      ...Object.fromEntries(states),
    };
  }

  /** Counts up to a bound; the counter is the first variable of the scope. */
  #loop(name: string, place: Place, next: string | null): States {
    const counter = place.own[0]!;
    const [turn, over] = [this.name('Turn'), this.name('Over')];
    const rest = { ...place, own: place.own.slice(1), outer: [...place.outer, counter] };
    return {
      [name]: { Type: 'Pass', Assign: { [counter]: 0 }, Next: turn },
      [turn]: {
        Type: 'Choice',
        Choices: [
          {
            Condition: braced(`$${counter} < ${1 + this.#tape.below(3)}`),
            Assign: { [counter]: braced(`$${counter} + 1`) },
            Next: turn,
          },
        ],
        Default: over,
      },
      [over]: { Type: 'Pass', ...this.#leaving(rest), ...(next === null ? { End: true } : { Next: next }) },
    };
  }

  /** Retry and Catch; a caught error leads to a state of its own, and on. */
  #withErrors(name: string, state: State, place: Place, next: string | null): States {
    const tape = this.#tape;
    const Retry = Array.from({ length: tape.below(3) }, (_, i) => ({
      ErrorEquals: this.#errorNames(state, i === 1),
      MaxAttempts: tape.below(3),
      BackoffRate: 1 + tape.below(2),
      ...(tape.rarely(2) ? { IntervalSeconds: 1, MaxDelaySeconds: 2, JitterStrategy: 'FULL' } : {}),
    }));
    const caught = this.name('Caught');
    const isCaught = !place.mayFail || tape.rarely(2);
    const Catch = Array.from({ length: isCaught ? 1 + tape.below(2) : 0 }, (_, i) => ({
      ErrorEquals: i === 1 || !place.mayFail ? ['States.ALL'] : this.#errorNames(state, false),
      // Without an Output, the cause would come through, which each home words for itself.
      Output: tape.oneOf<unknown>({ was: '{% $states.errorOutput.Error %}' }, '{% $states.input %}', 'caught'),
      Next: caught,
    })).slice(0, place.mayFail ? 2 : 1);
    const flow = next === null ? { End: true } : { Next: next };
    return {
      [name]: { ...state, ...(Retry.length > 0 ? { Retry } : {}), ...(Catch.length > 0 ? { Catch } : {}) },
      ...(Catch.length > 0 ? { [caught]: { Type: 'Pass', ...this.#leaving(place), ...flow } } : {}),
    };
  }

  #errorNames(state: State, mayBeAll: boolean): readonly string[] {
    // States.TaskFailed names every error but timeouts; the oracle has it name none that begins with `States.`.
    const isBroken = JSON.stringify(state).includes('brokenFunction');
    const named = this.#tape.oneOf<readonly string[]>(
      ['TransientError'],
      ['PermanentError', 'Custom.Error'],
      ['States.QueryEvaluationError'],
      ['DynamoDB.ConditionalCheckFailedException', isBroken ? 'Other' : 'States.TaskFailed'],
    );
    return mayBeAll && this.#tape.rarely(2) ? ['States.ALL'] : named;
  }
}

function readableOf({ own, outer }: Place): Readable {
  return { numbers: [...own, ...outer], paths: [] };
}

function isTop({ depth }: Place): boolean {
  return depth === DEPTH;
}

function invoke(name: string, payload: unknown, leaving: State): State {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: token(`${name}Function`), Payload: payload },
    Output: '{% $states.result.Payload %}',
    ...leaving,
  };
}

function nested(input: State): State {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Arguments: { StateMachineArn: token('ChildStateMachine'), Input: input },
    Output: '{% $states.result.Output.n %}',
  };
}

function putOnce(tape: Tape): State {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::dynamodb:putItem',
    Arguments: {
      TableName: token('ItemsTable'),
      Item: { pk: { S: `k${tape.below(2)}` } },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
    Output: 'put',
  };
}

function token(name: string): string {
  return `\${${name}}`;
}
