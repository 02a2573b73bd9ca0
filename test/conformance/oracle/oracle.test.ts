/** The embedded engine and both machines against an independent implementation of the States Language. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngineHome } from './engine-home.ts';
import { excuseUses, KEPT_OUT, mend } from './excuses.ts';
import { Comparison } from './generated-comparison.ts';
import { installOracle } from './install-oracle.ts';
import { type LambdaServer, startLambdaServer } from './lambda-server.ts';
import { oracleHomes } from './oracle-home.ts';
import { enteredStates, recordRun } from './record-run.ts';
import { SCENARIOS } from './scenarios.ts';
import { type Oracle, startOracle } from './start-oracle.ts';

const INSTALL_TIMEOUT_MS = 300_000;
const RUNS_PER_PROPERTY = 50;
/** A failure is made smaller for so long. */
const PROPERTY_TIME_LIMIT_MS = 100_000;

let lambda: LambdaServer;
let oracle: Oracle;
let scenariosRun = 0;

beforeAll(async () => {
  installOracle();
  lambda = await startLambdaServer();
  oracle = await startOracle(lambda.endpoint);
}, INSTALL_TIMEOUT_MS);

afterAll(async () => {
  await oracle?.stop();
  await lambda?.stop();
});

describe.concurrent('the job runs alike on the oracle and on the engine:', () => {
  it.each(SCENARIOS.map((scenario, i) => ({ ...scenario, id: `s${i}` })))('$claim', async ({ id, ...scenario }) => {
    const ours = await recordRun(id, scenario, openEngineHome);
    const theirs = await recordRun(id, scenario, oracleHomes(oracle, lambda));

    expect(ours.status).toBe(scenario.ends);
    expect([...enteredStates(ours.history)]).toEqual(expect.arrayContaining([...scenario.enters]));
    expect(ours).toEqual(mend(theirs));
    scenariosRun += 1;
  });

  afterAll(() => {
    const uses = excuseUses();
    const table = uses.map(({ excuse, lines }) => `- ${excuse.difference}\n  ${excuse.reason} (${lines} times)`);
    console.info(`Excused differences of the oracle, over ${scenariosRun} days:\n${table.join('\n')}`);
    const unused = uses.filter(({ lines }) => lines === 0).map(({ excuse }) => excuse.difference);
    if (scenariosRun === SCENARIOS.length) expect(unused).toEqual([]);
  });
});

describe.concurrent('small definitions end alike on the oracle and on the engine:', () => {
  const comparison = new Comparison();

  it.each([1, 2, 3, 4])(`${RUNS_PER_PROPERTY} of them (%i of 4)`, async (part) => {
    await fc.assert(
      fc.asyncProperty(comparison.tapes, async (numbers) => {
        const { ours, theirs } = await comparison.run(numbers, openEngineHome, oracleHomes(oracle, lambda));
        expect(ours).toEqual(theirs);
      }),
      { numRuns: RUNS_PER_PROPERTY, interruptAfterTimeLimit: PROPERTY_TIME_LIMIT_MS, ...seedOf(part) },
    );
  });

  afterAll(() => console.info(`${comparison.tally()}\nThey hold none of these:\n- ${KEPT_OUT.join('\n- ')}`));
});

/** CONFORMANCE_SEED repeats what a failure names; without it every run has other definitions. */
function seedOf(part: number): { readonly seed?: number } {
  const seed = process.env['CONFORMANCE_SEED'];
  return seed === undefined ? {} : { seed: Number(seed) + part - 1 };
}
