import { describe, expect, it } from 'vitest';
import { runCli } from './support.ts';

const SERVICE = ['--service', 'https://entities.inet'];

describe('the commands about enrichment', () => {
  it.each([
    ['nobody to ask', ['enrich'], 'Nobody to ask'],
    ['a role that nobody gives', ['enrich', ...SERVICE, '--role', 'CP'], '--role is for --gleif'],
    ['a role that is none', ['enrich', '--gleif', '--role', 'XX'], 'expected CO or CP'],
    ['once and for ever', ['enrich', ...SERVICE, '--once', '--follow'], '--once or --follow'],
    ['pending ones for ever', ['enrich', ...SERVICE, '--pending', '--follow'], '--pending asks once'],
    ['no tries', ['enrich', ...SERVICE, '--max-tries', '0'], 'expected an integer from 1'],
    ['too many at once', ['enrich', ...SERVICE, '--parallel', '33'], 'expected an integer from 1 to 32'],
    ['parents of nobody', ['import', '--gleif-relationships', 'rr.csv'], 'give --gleif'],
    ['a golden copy among others', ['import', '--gleif', 'lei2.csv', '--cp', 'cp.csv'], 'by itself'],
    ['whole tables that are not there', ['import', '--aliases', 'a.csv', '--complete'], 'about master tables'],
    ['whole tables with holes', ['import', '--cp', 'cp.csv', '--complete', '--allow-rejects'], 'do not go together'],
  ])('refuse %s before anything is opened', async (_, args, message) => {
    const result = await runCli(['entities', ...args]);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr.replace(/\s+/g, ' ')).toContain(message);
  });

  it('send no token over a plain connection to another machine, and do not repeat it', async () => {
    const env = { LEXDELTA_ENTITY_TOKEN: 'canary-7f3a', LEXDELTA_ENTITY_SERVICE: 'http://entities.inet' };
    const result = await runCli(['entities', 'enrich'], { env });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('https://');
    expect(result.stdout + result.stderr).not.toContain('canary');
  });
});
