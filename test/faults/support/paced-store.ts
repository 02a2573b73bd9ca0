/** A store in memory behind the pace that the drivers on AWS keep, so that it can throttle, refuse and fall silent. */
import { Pace } from '../../../src/stores/aws/pace.ts';
import type { Timing } from '../../../src/stores/aws/timing.ts';

export interface StoreCall {
  /** As the error names it: `table lexdelta-AgreementHash`. */
  readonly store: string;
  /** Of our interface: `readRange`. */
  readonly operation: string;
}

/** What AWS answers instead; `null`: the call passes. */
export type StoreFault = (call: StoreCall) => Error | null;

/** Operations that give an iterable, whose every step is a request; all others give a promise. */
const STREAMS: ReadonlySet<string> = new Set(['readRange', 'list', 'scan']);

export function pacedStore<T extends object>(target: T, store: string, timing: Timing, fault: StoreFault): T {
  const pace = new Pace(store, { timing });
  const ask = <R>(operation: string, call: () => Promise<R>): Promise<R> =>
    pace.run(operation, async () => {
      const error = fault({ store, operation });
      if (error !== null) throw error;
      return call();
    });
  return new Proxy(target, {
    get(_, operation) {
      const member: unknown = Reflect.get(target, operation);
      if (typeof member !== 'function' || typeof operation !== 'string') return member;
      const call = (args: readonly unknown[]): unknown => Reflect.apply(member, target, args);
      if (!STREAMS.has(operation)) {
        return (...args: readonly unknown[]) => ask(operation, () => call(args) as Promise<unknown>);
      }
      return async function* (...args: readonly unknown[]) {
        const steps = (call(args) as AsyncIterable<unknown>)[Symbol.asyncIterator]();
        for (;;) {
          const step = await ask(operation, () => steps.next());
          if (step.done === true) return;
          yield step.value;
        }
      };
    },
  });
}

/** An error as a client of the AWS SDK throws it. */
export function awsAnswer(name: string, message: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}
