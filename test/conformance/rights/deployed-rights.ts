/**
 * What each function of the synthesised template may do, taken apart into rights: one action on one thing, and for objects on
 * one pattern of keys. Nothing is written down twice: what the template holds is what is removed, one by one.
 */
import type { DeployedName } from '../deployment/deployed-stack.ts';

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

/** One action on one thing. */
export interface Right {
  readonly action: string;
  /** An ARN, with the pattern of the keys behind it. */
  readonly resource: string;
  readonly condition: unknown;
}

export interface DeployedFunction {
  readonly name: DeployedName;
  readonly rights: readonly Right[];
  /** What the template gives it and no stand-in can show, as it stands there. */
  readonly notShown: readonly NotShown[];
  /** Names of tables, buckets and so on, as the function is given them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of its code, as it is uploaded: without the extension `.zip`. */
  readonly asset: string;
}

export interface NotShown {
  readonly kind: keyof typeof NOT_SHOWN;
  readonly right: Right;
}

/** Rights that cannot be shown here and why, and what the checklist of `infra/README.md` has for each. */
export const NOT_SHOWN = {
  kms: {
    title: 'on keys (kms)',
    reason: 'No stand-in asks for the right on a key when it encrypts or decrypts.',
    checked: '`kms:Decrypt` and `kms:GenerateDataKey`',
  },
  logs: {
    title: 'on logs (logs)',
    reason: 'Lambda writes the log with them, not the code.',
    checked: '`logs:CreateLogStream` and `logs:PutLogEvents`',
  },
  network: {
    title: 'on network interfaces (ec2)',
    reason: 'Lambda puts the function into its VPC with them; the code is denied them.',
    checked: '`ec2:…NetworkInterface…`',
  },
  deadLetters: {
    title: 'on dead letters (sqs)',
    reason: 'Lambda sends with it what a scheduled call could not do, not the code.',
    checked: '`sqs:SendMessage` on the dead letters',
  },
} as const;

/** @throws Error when the template has other functions than these */
export function deployedFunctions(
  template: Template,
  names: readonly DeployedName[],
  resolve: (value: unknown) => unknown,
): readonly DeployedFunction[] {
  const count = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function').length;
  if (count !== names.length)
    throw new Error(`The template has ${count} functions, of which ${names.length} are known.`);
  return names.map((name) => {
    const lambda = theOne(template, 'AWS::Lambda::Function', `${name}Function`);
    const statements = statementsOf(template, name).map((statement) => resolve(statement) as Statement);
    const given = statements.flatMap(rightsOf);
    const { DeadLetterConfig, Code, Environment } = resolve({
      DeadLetterConfig: lambda['DeadLetterConfig'] ?? null,
      Code: lambda['Code'],
      Environment: lambda['Environment'],
    }) as FunctionProperties;
    const kindOf = (right: Right) => kindNotShown(right, DeadLetterConfig?.TargetArn ?? null);
    return {
      name,
      rights: given.filter((right) => kindOf(right) === null),
      notShown: given.flatMap((right) => {
        const kind = kindOf(right);
        return kind === null ? [] : [{ kind, right }];
      }),
      environment: Environment.Variables,
      asset: Code.S3Key.replace(/\.zip$/, ''),
    };
  });
}

interface FunctionProperties {
  readonly DeadLetterConfig: { readonly TargetArn: string } | null;
  readonly Code: { readonly S3Key: string };
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
}

/** Whether a request for `action` on `resource` is what the right is for. */
export function isFor(right: Right, action: string, resource: string): boolean {
  const pattern = right.resource
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return right.action === action && new RegExp(`^${pattern}$`, 's').test(resource);
}

/** For people: `s3:GetObject bucket/pattern`. */
export function nameOf({ action, resource, condition }: Right): string {
  const thing = resource.replace(/^arn:aws:[^:]*:[^:]*:[^:]*:/, '');
  return `${action} ${thing}${prefixesOf(condition)
    .map((prefix) => ` in ${prefix}`)
    .join('')}`;
}

function statementsOf(template: Template, name: DeployedName): readonly unknown[] {
  const { PolicyDocument } = theOne(template, 'AWS::IAM::ManagedPolicy', `${name}Policy`) as {
    readonly PolicyDocument?: { readonly Statement: readonly unknown[] };
  };
  const role = theOne(template, 'AWS::IAM::Role', `${name}Role`);
  const managed = role['ManagedPolicyArns'];
  if (PolicyDocument === undefined || !Array.isArray(managed) || managed.length !== 1 || 'Policies' in role) {
    throw new Error(`The role of ${name} is not made of its one policy any more.`);
  }
  return PolicyDocument.Statement;
}

/** CDK ends a logical id with eight hex digits. */
function theOne(template: Template, type: string, beginning: string): Readonly<Record<string, unknown>> {
  const pattern = new RegExp(`^${beginning}[0-9A-F]{8}$`);
  const found = Object.entries(template.Resources).filter(([id, { Type }]) => Type === type && pattern.test(id));
  if (found.length !== 1) throw new Error(`The template has ${found.length} ${type} ${beginning}.`);
  return found[0]![1].Properties;
}

/** Denials give nothing. */
function rightsOf({ Effect, Action, Resource, Condition = null }: Statement): readonly Right[] {
  if (Effect === 'Deny') return [];
  const prefixes = prefixesOf(Condition);
  const conditions =
    prefixes.length < 2 ? [Condition] : prefixes.map((prefix) => ({ StringLike: { 's3:prefix': prefix } }));
  return [Resource]
    .flat()
    .flatMap((resource) =>
      [Action].flat().flatMap((action) => conditions.map((condition) => ({ action, resource, condition }))),
    );
}

/** Of the only condition that a right on a store has: where it may list. */
function prefixesOf(condition: unknown): readonly string[] {
  const prefixes = (condition as { readonly StringLike?: Readonly<Record<string, unknown>> } | null)?.StringLike;
  return [(prefixes?.['s3:prefix'] ?? []) as string | readonly string[]].flat();
}

function kindNotShown({ action, resource }: Right, deadLetterArn: string | null): NotShown['kind'] | null {
  if (action.startsWith('kms:')) return 'kms';
  if (action.startsWith('logs:')) return 'logs';
  if (action.startsWith('ec2:')) return 'network';
  return resource === deadLetterArn ? 'deadLetters' : null;
}
