/** JSONata within the house rules: conditions are booleans, arrays stand in brackets, one line. */
import type { Tape } from './tape.ts';

/** What an expression may read. */
export interface Readable {
  /** Variables that hold whole numbers, without `$`. */
  readonly numbers: readonly string[];
  /** Paths that hold whole numbers, e.g. `$states.result.Payload.sum`. */
  readonly paths: readonly string[];
}

export function braced(expression: string): string {
  return `{% ${expression} %}`;
}

export function numberExpression(tape: Tape, readable: Readable, depth = 2): string {
  const atoms = [...readable.numbers.map((name) => `$${name}`), ...readable.paths];
  const atom = (): string => tape.oneOf(String(tape.below(7)), ...atoms);
  if (depth === 0) return atom();
  const inner = (): string => numberExpression(tape, readable, depth - 1);
  switch (tape.below(8)) {
    case 1:
      return `(${inner()} + ${inner()})`;
    case 2:
      return `(${inner()} * ${tape.below(3)})`;
    case 3:
      return `$max([${inner()}, ${inner()}])`;
    case 4:
      return `$sum([0, ${inner()}])`;
    case 5:
      return `$count(${arrayExpression(tape, readable, depth - 1)})`;
    case 6:
      return `(${booleanExpression(tape, readable, depth - 1)} ? ${inner()} : ${inner()})`;
    case 7:
      return `$length('${'x'.repeat(tape.below(3))}' & $string(${inner()}))`;
    default:
      return atom();
  }
}

export function booleanExpression(tape: Tape, readable: Readable, depth = 1): string {
  const number = (): string => numberExpression(tape, readable, Math.max(0, depth - 1));
  switch (tape.below(5)) {
    case 1:
      return `${number()} > ${number()}`;
    case 2:
      return `${number()} = ${number()}`;
    case 3:
      return `$not(${number()} < ${number()})`;
    case 4:
      return `(${number()} >= 2 and ${number()} in [1, 2, 3])`;
    default:
      return 'true';
  }
}

export function arrayExpression(tape: Tape, readable: Readable, depth = 1): string {
  const number = (): string => numberExpression(tape, readable, Math.max(0, depth - 1));
  switch (tape.below(6)) {
    case 1:
      return `[${number()}]`;
    case 2:
      return `[${number()}, ${number()}]`;
    case 3:
      return `$range(0, ${tape.below(4)}, ${1 + tape.below(2)})`;
    case 4:
      return `[$filter([${number()}, 1, 4], function($n) { $n > 1 })]`; // The oracle refuses every plain `$`.
    case 5:
      return `[$map([1..${1 + tape.below(3)}], function($n) { $n + ${number()} })]`;
    default:
      return '[]';
  }
}

/** Any JSON: literals and expressions mixed, as in Output and Payload. */
export function template(tape: Tape, readable: Readable, depth = 1): unknown {
  const inner = (): unknown => template(tape, readable, depth - 1);
  if (depth === 0) return braced(numberExpression(tape, readable));
  switch (tape.below(9)) {
    case 1:
      return { a: inner(), b: inner() };
    case 2:
      return [inner(), 'text', null];
    case 3:
      return braced(`'<' & $string(${numberExpression(tape, readable)}) & '"\\\\>'`);
    case 4:
      return braced(booleanExpression(tape, readable));
    case 5:
      return braced(arrayExpression(tape, readable));
    case 6:
      return braced(`{'n': ${numberExpression(tape, readable)}, 'none': $states.input.nothing, 'null': null}`);
    case 7:
      return braced('$states.input');
    case 8:
      return braced('[$states.context.State.Name, $states.context.Execution.Name]');
    default:
      return braced(numberExpression(tape, readable));
  }
}

/** An expression that fails, or gives nothing. */
export function failingExpression(tape: Tape): string {
  return braced(
    tape.oneOf('$states.input.nothing', "$number('none')", "$error('broken')", "1 + 'a'", "$parse('{')", '[1, 2][7]'),
  );
}
