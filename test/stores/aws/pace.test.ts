import { describe, expect, it } from 'vitest';
import { Pace } from '../../../src/stores/aws/pace.ts';
import { FakeTiming } from '../../fakes/fake-timing.ts';

function failure(name: string): Error {
  return Object.assign(new Error('no'), { name });
}

describe('Pace', () => {
  it('doubles its waits up to five seconds, each with a random half', async () => {
    const timing = new FakeTiming();
    const pace = new Pace('table t', { timing });
    await expect(pace.run('Query', () => Promise.reject(failure('ThrottlingException')))).rejects.toThrow();
    expect(timing.sleepsMs.slice(0, 9)).toEqual(
      [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].map((ms) => 0.75 * ms),
    );
  });

  it('ends within its patience also when calls are slow', async () => {
    const timing = new FakeTiming();
    const pace = new Pace('table t', { timing, patienceMs: 10_000 });
    const slow = async () => {
      await timing.sleep(4_000);
      throw failure('InternalServerError');
    };
    await expect(pace.run('Query', slow)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect(timing.now()).toBeLessThanOrEqual(10_000 + 4_000);
  });

  it('halves the calls under way when it is throttled, once for all that were under way, and opens up again', async () => {
    const pace = new Pace('table t', { timing: new FakeTiming(), maxParallel: 16 });
    let isThrottled = true;
    const call = async () => {
      await null;
      if (isThrottled) throw failure('ThrottlingException');
    };
    const first = Promise.all(Array.from({ length: 16 }, () => pace.run('PutItem', call)));
    await pace.run('PutItem', async () => {}); // Waits for its turn behind them.
    expect(pace.parallel).toBeLessThanOrEqual(9);
    expect(pace.parallel).toBeGreaterThanOrEqual(2);
    isThrottled = false;
    await first;
    for (let i = 0; i < 200; i += 1) await pace.run('PutItem', call);
    expect(pace.parallel).toBe(16);
  });

  it('never has more under way than it allows, and forgets nobody who waits', async () => {
    const pace = new Pace('table t', { timing: new FakeTiming(), maxParallel: 3 });
    let underWay = 0;
    let most = 0;
    let failures = 30;
    const call = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await null;
      underWay -= 1;
      failures -= 1;
      if (failures > 0 && failures % 3 === 0) throw failure('SlowDown');
      return 'done';
    };
    const answers = await Promise.all(Array.from({ length: 100 }, () => pace.run('PutItem', call)));
    expect(answers).toEqual(Array(100).fill('done'));
    expect(most).toBe(3);
  });

  it('does not slow down the others for what is no throttling', async () => {
    const timing = new FakeTiming();
    const pace = new Pace('table t', { timing });
    const conditionFailed = failure('ConditionalCheckFailedException');
    await expect(pace.run('PutItem', () => Promise.reject(conditionFailed))).rejects.toBe(conditionFailed);
    expect(timing.sleepsMs).toEqual([]);
    expect(pace.parallel).toBe(48);
  });
});
