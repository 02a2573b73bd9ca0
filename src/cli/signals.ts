import { SIGNAL_EXIT_CODES } from './exit-codes.ts';

export type StopSignal = keyof typeof SIGNAL_EXIT_CODES;

/**
 * The launcher, the terminal and `kill -INT -<group>` may each deliver the same Ctrl+C: what comes within this time is
 * the first one again, not a second one.
 */
const SAME_SIGNAL_MS = 250;

/**
 * From now on Ctrl+C, SIGTERM and SIGHUP abort the signal that is returned, with the signal's name as reason; a second
 * one ends the process at once.
 * @param onStop called with the first
 */
export function catchStopSignals(onStop: (signal: StopSignal) => void): AbortSignal {
  const controller = new AbortController();
  let firstMs = 0;
  for (const name of Object.keys(SIGNAL_EXIT_CODES) as StopSignal[]) {
    process.on(name, () => {
      if (!controller.signal.aborted) {
        firstMs = performance.now();
        onStop(name);
        controller.abort(name);
      } else if (performance.now() - firstMs > SAME_SIGNAL_MS) {
        process.exit(SIGNAL_EXIT_CODES[name]);
      }
    });
  }
  return controller.signal;
}

/** @param signal aborted by {@link catchStopSignals} */
export function exitCodeOfSignal(signal: AbortSignal): number {
  return SIGNAL_EXIT_CODES[signal.reason as StopSignal] ?? 1;
}
