import { describe, expect, it } from 'vitest';
import { acceptFlags, hintOfInput, hintOfRun } from '../../src/cli/run-hints.ts';
import { parseJobInput } from '../../src/job/job-input.ts';

const input = (change: object = {}) =>
  parseJobInput({
    max_parallel_executions: 2,
    query_batch_size: 1000,
    business_date: '2021-10-20',
    query_percentage_success: 0.9,
    docs_transformation_percentage_success: 0.9,
    namespaces: ['mac', 'docman', 'pwm', 'cct'].map((namespace) => ({ namespace })),
    ...change,
  });

describe('hints for a further run', () => {
  it('repeats the flags of this command, quoted as a shell needs it', () => {
    const flags = { input: 'my job.json', queryBatchSize: '7', lex: 'https://lex', data: 'd' };

    expect(hintOfRun(flags, input()).flags).toBe(
      ` --input 'my job.json' --query-batch-size 7 --lex https://lex --data d`,
    );
  });

  it('tells an input by flags when nobody has its file, and asks for the file when flags cannot tell it', () => {
    const small = input({ namespaces: [{ namespace: 'mac' }], query_batch_size: 50 });

    expect(hintOfInput(small, true, {}).flags).toBe(' --namespaces mac --query-batch-size 50');
    expect(hintOfInput(input(), false, { data: 'd' }).flags).toBe(' --lex … --data d');
    expect(hintOfInput(input({ query_percentage_success: 0.5 }), true, {}).flags).toBe(' --input …');
    expect(hintOfInput(null, true, {}).flags).toBe('');
  });

  it('repeats what was accepted, and adds what is to be accepted beside', () => {
    const overrides = [{ accept: 'query', by: 'Ada', reason: 'cct is down' }];
    const hint = hintOfRun({ accept: ['query'], by: 'Ada', reason: 'cct is down' }, input({ overrides }));

    expect(acceptFlags(hint)).toBe(` --accept query --by Ada --reason 'cct is down'`);
    expect(acceptFlags(hint, 'transform')).toBe(' --accept query transform --by NAME --reason TEXT');
    expect(acceptFlags(hintOfRun({ input: 'job.json' }, input({ overrides })))).toBe('');
  });
});
