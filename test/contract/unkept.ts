import { it } from 'vitest';

/** Why a driver cannot keep a clause of its contract; `undefined`: it keeps it. */
export type Unkept = string | undefined;

/** A clause that a driver may be excused from: then the reason is printed, and shown as the test's note. */
export function itUnless(unkept: Unkept, name: string, check: () => Promise<void>): void {
  it(name, async (context) => {
    if (unkept === undefined) return check();
    console.info(`Not kept: ${context.task.suite?.name}: ${name}. ${unkept}`);
    context.skip(unkept);
  });
}
