import type { TableFinding } from '../../publish/published.ts';
import { harmlessJson } from '../terminal/harmless.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { writeInBlocks } from '../terminal/write-in-blocks.ts';
import { describeRule } from './tally-findings.ts';

/**
 * Writes all findings as one JSON document, as they come: the same as the tallies with no limit, the counts of a rule behind
 * its findings.
 * @param head the document's first members
 * @param findings ascending by rule
 */
export function writeFindingsJson(
  head: object,
  findings: AsyncIterable<TableFinding>,
  terminal: Pick<Terminal, 'write' | 'isOutputClosed'>,
): Promise<void> {
  return writeInBlocks(partsOf(head, findings), terminal);
}

async function* partsOf(head: object, findings: AsyncIterable<TableFinding>): AsyncGenerator<string> {
  const counts = { findings: 0, rows: 0 };
  let rule: string | null = null;
  yield `${open(head)},"rules":[`;
  for await (const finding of findings) {
    if (finding.rule === rule) yield ',';
    else {
      if (rule !== null) yield `],${members(counts)}},`;
      yield `${open(describeRule(finding))},"first":[`;
      counts.findings = 0;
      counts.rows = 0;
      rule = finding.rule;
    }
    yield harmlessJson(finding);
    counts.findings += 1;
    counts.rows += finding.count;
  }
  yield rule === null ? ']}\n' : `],${members(counts)}}]}\n`;
}

/** An object without its end. */
function open(value: object): string {
  return harmlessJson(value).slice(0, -1);
}

function members(value: object): string {
  return harmlessJson(value).slice(1, -1);
}
