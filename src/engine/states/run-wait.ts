import { isTimestamp, MAX_SECONDS } from '../definition/fields.ts';
import type { Line } from '../line.ts';
import type { WaitState } from '../state-machine.ts';

/** Waits until the time that was found when the state was entered, however often the execution is resumed. */
export async function runWait(line: Line, state: WaitState): Promise<void> {
  if (line.frame.stage.kind !== 'waiting') {
    await line.beforeWork();
    line.setStage({ kind: 'waiting', dueAtMs: await dueTime(line, state) });
    await line.save();
  }
  if (line.frame.stage.kind === 'waiting') await sleepUntil(line, line.frame.stage.dueAtMs);
}

/** @throws Halt when the line is told to end meanwhile */
export async function sleepUntil(line: Line, dueAtMs: number): Promise<void> {
  line.throwIfHalted();
  const { clock } = line.run.context;
  const left = dueAtMs - clock.now();
  if (left > 0) await clock.sleep(left, line.signal);
  line.throwIfHalted();
}

async function dueTime(line: Line, { until }: WaitState): Promise<number> {
  const value = await line.evaluate(until.value);
  if (until.kind === 'timestamp') {
    if (typeof value === 'string' && isTimestamp(value)) return Date.parse(value);
    throw line.evaluationError('Timestamp must be an RFC 3339 time.');
  }
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_SECONDS) {
    return line.run.context.clock.now() + value * 1000;
  }
  throw line.evaluationError(`Seconds must be a whole number from 0 to ${MAX_SECONDS}.`);
}
