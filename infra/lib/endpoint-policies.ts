/** What the endpoints let through: our roles to our things, whatever else a role may say. */
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { DeployedName } from './deployed-functions.ts';
import type { EndpointPolicies } from './network.ts';
import { RIGHTS, type Right } from './rights.ts';
import type { Things } from './stores.ts';

const SERVICES = ['s3', 'dynamodb', 'sqs', 'secretsmanager', 'states'] as const;

/** One statement an endpoint: every action that some function may do, on every thing that it does it to, by those roles. */
export function endpointPolicies(things: Things, roleArns: Readonly<Record<DeployedName, string>>): EndpointPolicies {
  const document = (service: (typeof SERVICES)[number]): PolicyDocument => {
    const rows = Object.entries(RIGHTS).map(([name, rights]) => ({
      role: roleArns[name as DeployedName],
      rights: rights.filter(({ actions }) => actions.some((action) => action.startsWith(`${service}:`))),
    }));
    const callers = rows.filter(({ rights }) => rights.length > 0);
    const rights = callers.flatMap((row) => row.rights);
    return new PolicyDocument({
      statements: [
        new PolicyStatement({
          principals: [new AnyPrincipal()], // Gateway endpoints know no others; the condition names the roles.
          actions: distinct(rights.flatMap(({ actions }) => actions)),
          resources: distinct(rights.flatMap((right) => resourcesOf(right, things))),
          conditions: { ArnEquals: { 'aws:PrincipalArn': callers.map(({ role }) => role) } },
        }),
      ],
    });
  };
  return Object.fromEntries(SERVICES.map((service) => [service, document(service)])) as EndpointPolicies;
}

function resourcesOf({ on, keys }: Right, things: Things): readonly string[] {
  const arn = things.arn(on);
  return keys === undefined ? [arn] : [`${arn}/*`];
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
