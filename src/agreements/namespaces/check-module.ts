/** Namespace modules that a user adds by configuration: JavaScript that nobody has compiled, so all of it is checked. */
import { PermanentError } from '../../errors.ts';
import { type Agreement, DATE_FORMS } from '../agreement.ts';
import { A3_FIELDS } from '../table-a3/fields.ts';
import type { NamespaceModule, Refuse } from './namespace-module.ts';
import { findShapeProblems, kindOf, type ListShape, type ObjectShape, type Shape } from './shape.ts';

/** As the job's input allows: parts of keys, paths and URLs. */
const NAMESPACE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;
const MODULE_KEYS = ['namespace', 'version', 'idField', 'volatileFields', 'shape', 'toAgreements'];
const SHAPE_KEYS = ['kind', 'needs', 'nullable', 'field', 'isContact', 'oneOf', 'items', 'members'];
const KINDS: readonly unknown[] = ['text', 'number', 'boolean', 'any', 'list', 'object'];
const MAX_SHAPE_DEPTH = 20;

/**
 * The module as a NamespaceModule; what its mapping returns is checked at every document, and a mapping that throws or
 * returns anything else rejects the document by `LEX-mapping-failed`.
 * @param where names the module in messages, for example its file
 * @throws PermanentError `CONFIG_INVALID`: all problems in one message, each with path, expected and found
 */
export function checkNamespaceModule(value: unknown, where: string): NamespaceModule {
  const problems: string[] = [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PermanentError('CONFIG_INVALID', `${where}: expected a namespace module, found ${kindOf(value)}.`);
  }
  const module = value as Readonly<Record<string, unknown>>;
  const expect = (holds: boolean, key: string, expected: string) => {
    if (!holds) problems.push(`${where}: \`${key}\`: expected ${expected}, found ${kindOf(module[key])}.`);
  };
  const { namespace, version, idField, volatileFields, shape, toAgreements } = module;
  expect(isText(namespace) && NAMESPACE.test(namespace), 'namespace', `a name like ${NAMESPACE.source}`);
  expect(Number.isSafeInteger(version) && (version as number) >= 1, 'version', 'an integer from 1');
  expect(isText(idField) && idField !== '', 'idField', 'the name of a member');
  expect(Array.isArray(volatileFields) && volatileFields.every(isText), 'volatileFields', 'a list of member names');
  expect(typeof toAgreements === 'function', 'toAgreements', 'a function');
  if (Array.isArray(volatileFields) && volatileFields.includes(idField)) {
    problems.push(`${where}: \`volatileFields\`: expected without \`idField\`.`);
  }
  for (const key of unknownKeys(module, MODULE_KEYS)) problems.push(`${where}: \`${key}\`: there is no such key.`);
  checkShape(shape, 'shape', 0, problems, where);
  if (!isRecord(shape) || shape['kind'] !== 'object') problems.push(`${where}: \`shape\`: expected kind "object".`);
  if (problems.length > 0) throw new PermanentError('CONFIG_INVALID', problems.join(' '));
  return guarded(module as unknown as NamespaceModule);
}

function checkShape(shape: unknown, path: string, depth: number, problems: string[], where: string): void {
  const report = (key: string, expected: string) => problems.push(`${where}: \`${path}${key}\`: expected ${expected}.`);
  if (!isRecord(shape)) return void report('', 'a shape, which is an object');
  if (depth > MAX_SHAPE_DEPTH) return void report('', `at most ${MAX_SHAPE_DEPTH} levels`);
  const { kind, needs, nullable, field, isContact, oneOf, items, members } = shape;
  if (!KINDS.includes(kind)) report('.kind', `one of ${KINDS.join(', ')}`);
  if (needs !== undefined && needs !== 'key' && needs !== 'value') report('.needs', '"key" or "value"');
  if (nullable !== undefined && nullable !== true) report('.nullable', 'true');
  if (isContact !== undefined && isContact !== true) report('.isContact', 'true');
  if (field !== undefined && !(A3_FIELDS as readonly unknown[]).includes(field)) report('.field', 'a field of A-3');
  if (oneOf !== undefined && !(Array.isArray(oneOf) && oneOf.every(isText))) report('.oneOf', 'a list of texts');
  for (const key of unknownKeys(shape, SHAPE_KEYS)) report(`.${key}`, 'no such key');
  if (kind === 'list') checkShape(items, `${path}.items`, depth + 1, problems, where);
  if (kind !== 'object') return;
  if (!isRecord(members)) return void report('.members', 'an object of shapes');
  for (const [key, member] of Object.entries(members)) {
    checkShape(member, `${path}.members.${key}`, depth + 1, problems, where);
  }
}

function guarded(module: NamespaceModule): NamespaceModule {
  const { namespace, version, idField, volatileFields, shape } = module;
  const toAgreements = (document: unknown, refuse: Refuse): readonly Agreement[] => {
    const agreements: unknown = module.toAgreements(document, refuse);
    const [problem] = findShapeProblems(AGREEMENTS, agreements);
    if (problem !== undefined) throw new TypeError(problem.message);
    return agreements as readonly Agreement[];
  };
  return { namespace, version, idField, volatileFields: [...volatileFields], shape, toAgreements };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownKeys(object: Readonly<Record<string, unknown>>, known: readonly string[]): readonly string[] {
  return Object.keys(object).filter((key) => !known.includes(key));
}

/** The form of what a mapping returns; see `agreement.ts`. Every key is there, with `null` for nothing. */
const text = { kind: 'text', needs: 'key' } as const;

function object(members: Readonly<Record<string, Shape>>, needs: 'key' | 'value' = 'value'): ObjectShape {
  return { kind: 'object', needs, members };
}

function list(items: Shape): ListShape {
  return { kind: 'list', needs: 'value', items };
}

const REFERENCE = {
  by: { kind: 'text', needs: 'value', oneOf: ['id', 'name'] },
  text: { ...text, needs: 'value' },
} as const;
const CONTACT = object({ name: text, address: text, phone: text, email: text }, 'key');
const ENHANCEMENT = object({ flag: text, provider: object(REFERENCE, 'key'), agreementId: text });
const CROSS_DEFAULT = { flag: text, entities: list({ ...object(REFERENCE), nullable: true }) };
const PARTIES = {
  recordsEntity: object(REFERENCE, 'key'),
  counterparties: list(object({ entity: object(REFERENCE, 'key'), contact: CONTACT })),
};
const TERMS = {
  agreementId: text,
  name: text,
  date: object(
    { form: { kind: 'text', needs: 'value', oneOf: DATE_FORMS }, value: { kind: 'any', needs: 'value' } },
    'key',
  ),
  governingLaw: text,
  underlyingObligor: object(REFERENCE, 'key'),
  forRecordsEntity: ENHANCEMENT,
  forCounterparty: ENHANCEMENT,
} as const;
const CHILD = object({ ...TERMS, parties: object(PARTIES, 'key'), crossDefault: object(CROSS_DEFAULT, 'key') });
const AGREEMENTS = list(
  object({ ...TERMS, parties: object(PARTIES), crossDefault: object(CROSS_DEFAULT), children: list(CHILD) }),
);
