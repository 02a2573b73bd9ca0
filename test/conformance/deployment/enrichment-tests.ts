/**
 * Enrichment on the deployed stack, by an operator with the policies that are there for it, and the run after it, held to the
 * same on one machine. Called after `operator-tests.ts`.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EntityService, startEntityService } from './entity-service.ts';
import type { BothHomes } from './operator-tests.ts';
import type { Lexdelta, Printed } from './run-lexdelta.ts';

/** When enrichment has filled an entity in differs from home to home. */
function withoutTimes({ stdout, ...printed }: Printed): Printed {
  return { ...printed, stdout: stdout.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, 'some time') };
}

const NEXT = '2021-10-22';
const DAY_TIMEOUT_MS = 180_000;
/** Questions that fail without an answer to one of them, before the command gives up. */
const FAILURES = 10;

export function enrichmentTests(homes: () => BothHomes): void {
  describe('an operator who enriches', () => {
    let service: EntityService;
    let enricher: Lexdelta;
    beforeAll(async () => {
      service = await startEntityService();
      enricher = await homes().operators.with('read', 'enrich');
    });
    afterAll(() => service?.stop());

    const enrich = async (...args: readonly string[]) => {
      const { exitCode, stdout } = await enricher('entities', 'enrich', '--service', service.url, '--json', ...args);
      return { exitCode, ...(JSON.parse(stdout) as object) };
    };

    it('lists what a service with strange answers had given up, and asks again', async () => {
      service.fault = () => 'nonsense';
      const stopped = await enrich();
      const dead = await enricher('entities', 'dead', '--json');
      const retried = await enricher('entities', 'retry', '--json');

      expect(stopped).toMatchObject({ exitCode: 1, dead: FAILURES, stopped: { code: 'ENTITY_ANSWER_INVALID' } });
      expect(JSON.parse(dead.stdout)).toMatchObject({ total: FAILURES });
      expect(JSON.parse(retried.stdout)).toMatchObject({ sent: FAILURES });
    });

    it('fills in who the service knows, later those too for whom it was busy', async () => {
      service.fault = (text) => (text === 'H-TRUELINK-INC' ? 'busy' : null);
      const first = await enrich();
      service.fault = () => null;
      const second = await enrich('--pending');

      expect(first).toMatchObject({ exitCode: 1, filled: 2, failed: 1, dead: 0, stopped: null });
      expect(second).toMatchObject({ exitCode: 0, filled: 1, failed: 0 });
    });

    it('asks the golden copy of GLEIF that was imported', async () => {
      const { exitCode, stdout } = await enricher('entities', 'enrich', '--gleif', '--json');

      expect({ exitCode, ...(JSON.parse(stdout) as object) }).toMatchObject({ exitCode: 0, filled: 0, stopped: null });
    });

    it(
      'has the next run publish the documents that named them, as on one machine',
      async () => {
        const { operators, embedded } = homes();
        const runner = await operators.with('read', 'run');
        await embedded.lexdelta('entities', 'enrich', '--service', service.url);

        const [there, here] = await Promise.all(
          [runner, embedded.lexdelta].map((lexdelta) => lexdelta('run', '--business-date', NEXT, '--json')),
        );

        expect([there!.exitCode, here!.exitCode]).toEqual([0, 0]);
        for (const look of [
          ['as-of', NEXT],
          ['diff', '2021-10-21', NEXT],
          ['why', 'mac-0000000432'],
          ['entities', 'pending'],
        ]) {
          const [theirs, ours] = await Promise.all([runner(...look), embedded.lexdelta(...look)]);
          expect({ look, ...withoutTimes(theirs!) }).toEqual({ look, ...withoutTimes(ours!) });
        }
        expect((await runner('diff', '2021-10-21', NEXT)).stdout).toContain('3 rows added');
      },
      DAY_TIMEOUT_MS,
    );
  });
}
