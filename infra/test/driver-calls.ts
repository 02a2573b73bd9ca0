/**
 * Which SDK commands a method of a driver may send, read from the drivers' sources: from the method through everything in
 * `src/stores/aws/` that it calls, by the types that are written there. What cannot be followed shows as a command that no
 * method reaches, and the test fails.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../src/stores/aws/', import.meta.url));

/** A method (`Class.method`) or a function, with its text. */
interface Unit {
  readonly name: string;
  readonly text: string;
  readonly owner: string | null;
  /** Types of the names in reach that are classes of the drivers. */
  readonly types: ReadonlyMap<string, string>;
}

/** IAM's name for what a command asks; several commands need one right, none needs two. */
const ACTIONS: Readonly<Record<string, string>> = {
  GetObject: 's3:GetObject',
  HeadObject: 's3:GetObject',
  PutObject: 's3:PutObject',
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  CompleteMultipartUpload: 's3:PutObject',
  AbortMultipartUpload: 's3:AbortMultipartUpload',
  ListObjectsV2: 's3:ListBucket',
  DeleteObjects: 's3:DeleteObject',
  GetItem: 'dynamodb:GetItem',
  PutItem: 'dynamodb:PutItem',
  UpdateItem: 'dynamodb:UpdateItem',
  DeleteItem: 'dynamodb:DeleteItem',
  Query: 'dynamodb:Query',
  Scan: 'dynamodb:Scan',
  BatchWriteItem: 'dynamodb:BatchWriteItem',
  TransactWriteItems: 'dynamodb:PutItem', // Its puts; the drivers put nothing else into one.
  SendMessage: 'sqs:SendMessage',
  SendMessageBatch: 'sqs:SendMessage',
  ReceiveMessage: 'sqs:ReceiveMessage',
  DeleteMessage: 'sqs:DeleteMessage',
  ChangeMessageVisibility: 'sqs:ChangeMessageVisibility',
  GetQueueAttributes: 'sqs:GetQueueAttributes',
  GetSecretValue: 'secretsmanager:GetSecretValue',
  StartExecution: 'states:StartExecution',
};

export function actionOf(command: string): string {
  const action = ACTIONS[command];
  if (action === undefined) throw new Error(`Nobody has said which right the command ${command} needs.`);
  return action;
}

/** Whether the command needs a right that somebody could be given here; an SDK sends others for its own credentials. */
export function isKnown(command: string): boolean {
  return Object.hasOwn(ACTIONS, command);
}

/** Commands that a text sends, without `Command`. */
export function commandsIn(text: string): readonly string[] {
  return [...text.matchAll(/new (\w+)Command\(/g)].map((match) => match[1]!);
}

export class DriverCalls {
  readonly #units: ReadonlyMap<string, Unit>;

  constructor() {
    const files = globSync('*.ts', { cwd: folder }).map((file) => readFileSync(join(folder, file), 'utf8'));
    const classes = new Set(
      files.flatMap((text) => [...text.matchAll(/^(?:export )?class (\w+)/gm)].map((match) => match[1]!)),
    );
    this.#units = new Map(files.flatMap((text) => unitsOf(text, classes)).map((unit) => [unit.name, unit]));
  }

  /** All commands that the drivers know. */
  get all(): ReadonlySet<string> {
    return new Set([...this.#units.values()].flatMap(({ text }) => commandsIn(text)));
  }

  /** Public methods of a driver. */
  methodsOf(driver: string): readonly string[] {
    const names = [...this.#units.keys()].filter((name) => name.startsWith(`${driver}.`));
    return names
      .map((name) => name.slice(driver.length + 1))
      .filter((name) => !name.startsWith('#') && name !== 'constructor');
  }

  /** @param name `Class.method`, or a function */
  commandsOf(name: string): ReadonlySet<string> {
    if (!this.#units.has(name)) throw new Error(`The drivers have no ${name}.`);
    const seen = new Set<string>();
    const commands = new Set<string>();
    const visit = (next: string): void => {
      const unit = this.#units.get(next);
      if (unit === undefined || seen.has(next)) return;
      seen.add(next);
      for (const command of commandsIn(unit.text)) commands.add(command);
      for (const called of calledBy(unit)) visit(called);
    };
    visit(name);
    return commands;
  }
}

function unitsOf(file: string, classes: ReadonlySet<string>): readonly Unit[] {
  const units: Unit[] = [];
  for (const [text, name] of blocks(file, /^(?:export )?class (\w+).*$/)) {
    const fields = typesIn(text, classes);
    for (const [method, methodName] of blocks(text, /^ {2}(?:async )?(?:get )?\*?(#?\w+)(?:<[^>]*>)?\(.*$/)) {
      units.push({
        name: `${name}.${methodName}`,
        text: method,
        owner: name,
        types: new Map([...fields, ...typesIn(method, classes)]),
      });
    }
  }
  for (const [text, name] of blocks(file, /^(?:export )?(?:async )?function\*? (\w+).*$/)) {
    units.push({ name, text, owner: null, types: typesIn(text, classes) });
  }
  return units;
}

/** Texts that begin with a line that matches and end with the next closing brace of the same indentation. */
function blocks(text: string, begin: RegExp): readonly (readonly [text: string, name: string])[] {
  const lines = text.split('\n');
  return lines.flatMap((line, i) => {
    const name = begin.exec(line)?.[1];
    if (name === undefined) return [];
    const indentation = /^ */.exec(line)![0];
    const end = lines.findIndex(
      (other, j) => j >= i && (other === `${indentation}}` || (j === i && /\{.*\}$/.test(other))),
    );
    return [[lines.slice(i, end + 1).join('\n'), name] as const];
  });
}

function typesIn(text: string, classes: ReadonlySet<string>): ReadonlyMap<string, string> {
  const declared = [...text.matchAll(/(#?\w+)\??: (\w+)/g)].map(([, name, type]) => [name!, type!] as const);
  const made = [...text.matchAll(/(#?\w+) = new (\w+)[(<]/g)].map(([, name, type]) => [name!, type!] as const);
  return new Map([...declared, ...made].filter(([, type]) => classes.has(type)));
}

function calledBy({ text, owner, types }: Unit): readonly string[] {
  const called: string[] = [];
  for (const [, receiver, method] of text.matchAll(/(#?\w+)\.(#?\w+)(?:<[^>]*>)?\(/g)) {
    const type = receiver === 'this' ? owner : types.get(receiver!);
    if (type !== null && type !== undefined) called.push(`${type}.${method}`);
  }
  for (const [, name] of text.matchAll(/(?<![.\w#])(\w+)(?:<[^>]*>)?\(/g)) called.push(name!, `${name}.constructor`);
  return called;
}
