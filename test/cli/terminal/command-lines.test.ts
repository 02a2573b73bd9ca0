import { describe, expect, it } from 'vitest';
import { commandLines } from '../../../src/cli/terminal/command-lines.ts';

const COMMAND = `lexdelta run --input '/srv/my job files/it''s "one".json' --lex https://lex.inet --data /srv/d`;

describe('commandLines', () => {
  it('breaks between arguments, never inside a word, its quotes, or between a flag and its value', () => {
    expect(commandLines(COMMAND, 40, '  go  ', '      ')).toEqual([
      '  go  lexdelta run \\',
      `      --input '/srv/my job files/it''s "one".json' \\`,
      '      --lex https://lex.inet \\',
      '      --data /srv/d',
    ]);
  });

  it('gives one line where nothing is a screen', () => {
    expect(commandLines(COMMAND, Number.POSITIVE_INFINITY, '  ')).toEqual([`  ${COMMAND}`]);
  });

  it('loses nothing of a command that has an open quote, and shows control characters as what they are', () => {
    expect(commandLines(`run 'open quote --data \x1b[2J`, 200)).toEqual([`run 'open quote --data \\u{1b}[2J`]);
  });
});
