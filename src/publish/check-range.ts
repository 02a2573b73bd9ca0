/** The findings of one range: what belongs to one identifier, of an agreement or an entity, lies in it as a whole. */
import type { RuleSet } from '../agreements/table-a3/rules.ts';
import type { EntityTable } from '../stores/look-ups.ts';
import { MembershipCheck } from './check-membership.ts';
import { RecordsEntityCheck } from './check-records-entities.ts';
import { type CheckLine, isReference } from './collect-for-check.ts';
import { IdentifierGroups } from './identifier-groups.ts';
import type { TableFinding } from './published.ts';
import { compareFindings } from './table-finding.ts';

export interface CheckRangeDeps {
  /** `null`: nothing is said of membership. */
  readonly entities: Pick<EntityTable, 'get'> | null;
  readonly rules: RuleSet;
}

/**
 * @param read gives the lines of the range in the table's order, each time that it is called
 * @returns ascending by rule, then value
 */
export async function checkRange(
  read: () => AsyncIterable<readonly CheckLine[]>,
  { entities, rules }: CheckRangeDeps,
): Promise<readonly TableFinding[]> {
  const identifiers = new IdentifierGroups();
  const recordsEntities = new RecordsEntityCheck();
  const membership = entities === null ? null : new MembershipCheck(entities);
  for await (const lines of read()) {
    for (const line of lines) {
      if (isReference(line)) {
        identifiers.add(line);
      } else {
        recordsEntities.add(line);
        membership?.add(line);
      }
    }
    if (membership?.isFull) await membership.lookUp();
  }
  await membership?.lookUp();
  if (identifiers.judge()) {
    for await (const lines of read()) for (const line of lines) if (isReference(line)) identifiers.addRow(line);
  }
  const checks = [identifiers, recordsEntities, ...(membership === null ? [] : [membership])];
  return checks.flatMap((check) => check.findings(rules)).sort(compareFindings);
}
