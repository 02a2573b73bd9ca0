import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makeErrorsDoc } from '../../scripts/make-errors-doc.ts';
import { REPAIRS } from '../../src/errors.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('errors', () => {
  it('are listed in docs/errors.md as they are', () => {
    expect(readFileSync(`${root}docs/errors.md`, 'utf8')).toBe(makeErrorsDoc());
  });

  it('are raised somewhere, each of them', () => {
    const files = globSync(['src/**/*.{ts,json}', 'bin/*.js'], { cwd: root }).filter(
      (file) => file !== 'src/errors.ts',
    );
    const text = files.map((file) => readFileSync(`${root}${file}`, 'utf8')).join('\n');
    const unused = Object.keys(REPAIRS).filter((code) => !text.includes(`'${code}'`) && !text.includes(`[${code}]`));

    expect(unused).toEqual([]);
  });
});
