import type { Claim, Fault } from '../../publish/verify/faults.ts';
import type { ClaimResult, Verification } from '../../publish/verify/verify-day.ts';
import { count, plural } from '../terminal/figures.ts';
import { harmless } from '../terminal/harmless.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';

type Page = Pick<Terminal, 'paint' | 'width'>;

/** What each claim says where it is shown. */
const SAYS: Readonly<Record<Claim, string>> = {
  manifest: 'whole; names, ranges, sums and gates agree',
  files: 'every byte, line and SHA-256 as the manifest lists them, nothing else beside them',
  rows: 'in order, each key once, in its shard; counted again',
  rejected: 'in order, each document once, in its shard',
  texts: 'those of the rejections, each as its rejection vouches for it',
  parquet: 'holds the same rows',
  uses: 'are those of rows and rejections',
  changes: '',
  ledger: 'adds up, and is what the files hold',
  findings: 'found again from the rows',
  masters: 'in order, each identifier once',
};

const NAME_WIDTH = 10;
const MARKS = { shown: '✔', failed: '✘', 'not shown': '-' } as const;

export function renderVerification(found: Verification, page: Page): readonly string[] {
  const { width, paint } = page;
  const { fault_count, faults, notes } = found;
  const untold = fault_count - faults.length;
  return [
    ...headLines(found, page),
    '',
    ...found.claims.flatMap((claim) => claimLines(claim, found, page)),
    ...(faults.length === 0 ? [] : ['']),
    ...faults.flatMap((fault) => wrap(faultText(fault), width, '  ✘ ', '    ')),
    ...(untold > 0 ? [`    and ${plural(untold, 'fault')} more like these`] : []),
    ...(notes.length === 0 ? [] : ['']),
    ...notes.flatMap((note) => wrap(harmless(note), width, '  ! ', '    ').map((line) => paint('warning', line))),
  ];
}

function headLines(found: Verification, { width, paint }: Page): readonly string[] {
  const { business_date, attempt, rows, fault_count, files, bytes, manifest_sha256 } = found;
  const day = `Table A-3 as of ${business_date}, attempt ${attempt}`;
  const isProven = fault_count === 0;
  const except = found.claims.filter(({ state }) => state === 'not shown').map(({ claim }) => claim);
  const proven = except.length === 0 ? '✔ VERIFIED' : `✔ VERIFIED, except ${except.join(', ')}`;
  const head = isProven ? proven : '✘ NOT VERIFIED';
  const what = isProven
    ? `${plural(rows, 'row')} in ${plural(files, 'file')}, ${count(bytes)} bytes`
    : plural(fault_count, 'fault');
  const [first = '', ...more] = wrap(`${head}  ${day}: ${what}`, width, '', '  ');
  return [
    first.replace(head, paint(!isProven ? 'bad' : except.length === 0 ? 'good' : 'warning', head)),
    ...more,
    ...(manifest_sha256 === null ? [] : wrap(`manifest.json has SHA-256 ${manifest_sha256}`, width, '  ')),
  ];
}

function claimLines({ claim, state, faults, reason }: ClaimResult, found: Verification, page: Page): readonly string[] {
  const text =
    state === 'failed' ? plural(faults, 'fault') : reason === null ? saysOf(claim, found) : `not shown: ${reason}`;
  const mark = MARKS[state];
  const [first = '', ...more] = wrap(
    harmless(text),
    page.width,
    `  ${mark} ${claim.padEnd(NAME_WIDTH)}`,
    ' '.repeat(4 + NAME_WIDTH),
  );
  const tone = state === 'shown' ? 'good' : state === 'failed' ? 'bad' : 'warning';
  return [first.replace(mark, page.paint(tone, mark)), ...more];
}

function saysOf(claim: Claim, { base }: Verification): string {
  if (claim !== 'changes') return SAYS[claim];
  const date = base === null ? null : /as_of=([^/]+)/.exec(base)?.[1];
  if (date == null) return 'the change log gives this table, which is the first';
  return `the table of ${date} and the change log give this table`;
}

function faultText({ file, line, what }: Fault): string {
  return harmless(`${file}${line === null ? '' : `, line ${line}`}: ${what}`);
}
