/** Makes `docs/rules.md` from the catalogue of rules. `--check` only tells whether it is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MASTER_COLUMNS } from '../src/agreements/imports/master-columns.ts';
import { OFFICIAL_TABLE, type OfficialField, SILENT_POINTS } from '../src/agreements/table-a3/official-table.ts';
import { citationOf, type Rule, type RuleScope } from '../src/agreements/table-a3/rule.ts';
import { RULES } from '../src/agreements/table-a3/rules.ts';

const target = fileURLToPath(new URL('../docs/rules.md', import.meta.url));

const INTRODUCTION = `# Rules

Every rule that lexdelta holds documents, records, tables and imports to. Made from the catalogue,
\`src/agreements/table-a3/rules.ts\`, by \`node scripts/make-rules-doc.ts\`. Ids are permanent. Findings, \`lexdelta rejected --by-rule\`
and the tests go by them: each rule has a document, table or file that breaks it and one that comes near and keeps it, in
\`test/agreements/table-a3/\` (\`*-examples.ts\`).

- **Severity** is a default. \`"rules": { "A3.5-absent": "error" }\` in the configuration changes it, unless the rule is *fixed*.
  A document with an error is rejected; what the table had for it stays, marked stale.
- **Basis**: \`letter\` for the regulation's own words, \`house\` for what lexdelta draws from a text that is silent or uneven, \`lex\`
  for the contract with Lex.
- Rules that begin with \`TABLE-\` look at the whole table when it is published. They stand in its findings and never change a
  document's fate; \`TABLE-…-fill\` as an error stops the run, see [ADR 0012](adr/0012-a-gate-on-fill-rates.md).
- Text is trimmed and in NFC; an empty text is absent. Lengths count Unicode code points.

Citations: 31 CFR Part 148, Appendix A, and 12 CFR Part 371, Appendix B, which number the fields alike.`;

const byId = new Map(RULES.map((rule) => [rule.id, rule]));

/** The page's whole text. */
export function makeRulesDoc(): string {
  return [
    INTRODUCTION,
    '',
    '## Table A-3, field by field',
    '',
    'Each sentence of the appendix with its rules. A bracket marks what the text does not say.',
    ...OFFICIAL_TABLE.flatMap(fieldSection),
    '',
    '## Where the text is silent or uneven',
    '',
    ...SILENT_POINTS.map(({ says, rules, note }, i) => `${i + 1}. ${says} ${note ?? ''} ${rules.map(link).join(', ')}`),
    '',
    '## Lines and documents of Lex',
    '',
    'All of them are fixed: what cannot be read cannot be published.',
    '',
    ...ruleTable(RULES.filter(({ scope }) => isOf(scope, 'line', 'document'))),
    '',
    '## Master tables that are imported',
    '',
    'A line that breaks a rule is refused, and the file with it unless `--allow-rejects` is given. All are fixed. CO.1 and CP.1, the',
    'date of extraction, are not kept, so nothing is asked of them. The Y/N columns that say whether an identifier is an LEI (CO.3,',
    'CO.6, CP.3, CP.8, CP.11) are not compared with the identifier: the appendix validates Y or N and no more; the identifier itself is',
    'tested wherever a document uses it.',
    '',
    ...masterTable('CO'),
    '',
    ...masterTable('CP'),
    '',
    'Both:',
    '',
    ...ruleTable(RULES.filter(({ scope, field }) => scope === 'import' && field === null)),
    '',
    '## All rules by id',
    '',
    '| rule | field | scope | severity | basis |',
    '| --- | --- | --- | --- | --- |',
    ...RULES.map(
      (rule) =>
        `| ${link(rule.id)} | ${rule.field === null ? '' : fieldLink(rule.field)} | ${rule.scope} | ${severity(rule)} | ${rule.basis} |`,
    ),
    '',
  ].join('\n');
}

function isOf(scope: RuleScope, ...scopes: readonly RuleScope[]): boolean {
  return scopes.includes(scope);
}

function fieldSection({ field, name, format, sentences }: OfficialField): readonly string[] {
  const rules = RULES.filter((rule) => rule.field === field);
  return [
    '',
    `### <a id="${anchor(field)}"></a>${field} ${name}`,
    '',
    `${format}. ${citationOf(field)}.`,
    '',
    '| the appendix says | rules |',
    '| --- | --- |',
    ...sentences.map(({ says, rules: ids, note }) => {
      const told = [ids.map(link).join(', '), note ?? ''].filter((text) => text !== '');
      return `| ${says} | ${told.join('. ')} |`;
    }),
    ...(rules.length === 0 ? [] : ['', ...ruleTable(rules)]),
  ];
}

function ruleTable(rules: readonly Rule[]): readonly string[] {
  return [
    '| rule | what it checks | severity | a finding says |',
    '| --- | --- | --- | --- |',
    ...rules.map((rule) => `| ${anchored(rule)} | ${cell(rule.checks)} | ${severity(rule)} | ${cell(rule.message)} |`),
  ];
}

function masterTable(role: 'CO' | 'CP'): readonly string[] {
  return MASTER_COLUMNS[role].flatMap(({ field, officialName }, i) => {
    const rules = RULES.filter((rule) => rule.field === field);
    const head = i === 0 ? ['| field | name | rule | what it checks |', '| --- | --- | --- | --- |'] : [];
    const rows = rules.map(
      (rule, j) =>
        `| ${j === 0 ? `<a id="${anchor(field)}"></a>${field}` : ''} | ${j === 0 ? officialName : ''} | ${anchored(rule)} | ${cell(rule.checks)} |`,
    );
    return [...head, ...rows];
  });
}

function severity({ severity: level, isFixed }: Rule): string {
  return isFixed ? `${level}, fixed` : level;
}

function anchor(id: string): string {
  return id.toLowerCase().replaceAll('.', '-');
}

function anchored({ id }: Rule): string {
  return `<a id="rule-${anchor(id)}"></a>\`${id}\``;
}

function link(id: string): string {
  if (!byId.has(id)) throw new Error(`There is no rule ${id}.`);
  return `[\`${id}\`](#rule-${anchor(id)})`;
}

function fieldLink(field: string): string {
  return `[${field}](#${anchor(field)})`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) process.exitCode = readFileSync(target, 'utf8') === makeRulesDoc() ? 0 : 1;
  else writeFileSync(target, makeRulesDoc());
}
