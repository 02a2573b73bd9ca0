/** Roles of the stand-in's account, each with the rights that a call is to have, and credentials of each. */
import { type Caller, type Credentials, callAws } from '../deployment/call-aws.ts';
import type { Right } from './deployed-rights.ts';

export interface Role {
  readonly arn: string;
  readonly credentials: Credentials;
}

const VERSIONS = { iam: '2010-05-08', sts: '2011-06-15' } as const;

export class Roles {
  readonly #root: Caller;
  readonly #account: string;
  readonly #made = new Map<string, Promise<Role>>();

  /** @param root asks with the rights of the account's root */
  constructor(root: Caller, account: string) {
    this.#root = root;
    this.#account = account;
  }

  /** The role of this caller with just these rights: the same one whenever the same are asked for. */
  with(caller: string, rights: readonly Right[]): Promise<Role> {
    const statements = rights.map(({ action, resource, condition }) => ({
      Effect: 'Allow',
      Action: action,
      Resource: resource,
      ...(condition === null ? {} : { Condition: condition }),
    }));
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    const key = `${caller} ${policy}`;
    let role = this.#made.get(key);
    if (role === undefined) {
      role = this.#make(`role-${this.#made.size + 1}`, rights.length === 0 ? null : policy);
      this.#made.set(key, role);
    }
    return role;
  }

  async #make(name: string, policy: string | null): Promise<Role> {
    const arn = `arn:aws:iam::${this.#account}:role/${name}`;
    const trust = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${this.#account}:root` }, Action: 'sts:AssumeRole' },
      ],
    };
    await this.#ask('iam', 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) });
    if (policy !== null) {
      await this.#ask('iam', 'PutRolePolicy', { RoleName: name, PolicyName: 'rights', PolicyDocument: policy });
    }
    const answer = await this.#ask('sts', 'AssumeRole', { RoleArn: arn, RoleSessionName: 'call' });
    const field = (tag: string): string => new RegExp(`<${tag}>([^<]+)<`).exec(answer)![1]!;
    const credentials = {
      accessKeyId: field('AccessKeyId'),
      secretAccessKey: field('SecretAccessKey'),
      sessionToken: field('SessionToken'),
    };
    return { arn, credentials };
  }

  async #ask(
    service: keyof typeof VERSIONS,
    action: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<string> {
    const body = new URLSearchParams({ Action: action, Version: VERSIONS[service], ...parameters }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await callAws(this.#root, { service, method: 'POST', path: '/', headers, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${action}: ${text}`);
    return text;
  }
}
