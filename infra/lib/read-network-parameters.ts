/** Parameters of the network, and of Lex, which stands at its other end. */
import type { Checker } from './checker.ts';
import type { GivenVpc, Parameters } from './parameters.ts';
import { KEY_ARN } from './read-key-parameters.ts';

/** As AWS publishes them; elsewhere: `aws ec2 describe-managed-prefix-lists`. */
const PREFIX_LISTS: Readonly<Record<string, { readonly s3: string; readonly dynamodb: string }>> = {
  'us-east-1': { s3: 'pl-63a5400a', dynamodb: 'pl-02cd2c6b' },
};

export function readZones(all: Checker, region: string): readonly string[] {
  const zones = all.texts('availabilityZones', /^[a-z0-9-]+[a-z]$/, `zones of ${region || 'the region'}`, 2);
  if (zones.some((zone) => !zone.startsWith(region))) all.report('availabilityZones', `zones of ${region}`);
  return zones;
}

export function readNetwork(all: Checker, region: string): Parameters['network'] {
  const network = all.part('network', {});
  const known = PREFIX_LISTS[region] ?? null;
  const lists = network.optionalPart('prefixLists');
  if (lists === null && known === null) {
    network.report(
      'prefixLists',
      `{"s3", "dynamodb"}: those of ${region || 'the region'} are not known here; see aws ec2 describe-managed-prefix-lists`,
    );
  }
  const list = (service: 's3' | 'dynamodb') =>
    lists?.text(service, /^pl-[0-9a-f]{8,17}$/, 'a prefix list, pl-…') ?? known?.[service] ?? '';
  return {
    vpc: readVpc(network),
    cidr: network.text(
      'cidr',
      /^\d{1,3}(\.\d{1,3}){3}\/(1[6-9]|2[0-4])$/,
      'a range of addresses of /16 to /24',
      '10.40.0.0/22',
    ),
    prefixLists: { s3: list('s3'), dynamodb: list('dynamodb') },
  };
}

function readVpc(network: Checker): GivenVpc | null {
  const vpc = network.optionalPart('vpc');
  if (vpc === null) return null;
  if (network.has('cidr')) network.report('cidr', 'nothing: a VPC that is given has its own range');
  return {
    vpcId: vpc.text('vpcId', /^vpc-[0-9a-f]{8,17}$/, 'a VPC, vpc-…'),
    subnetIds: vpc.texts('subnetIds', /^subnet-[0-9a-f]{8,17}$/, 'subnets, subnet-…', 2),
    routeTableIds: vpc.texts('routeTableIds', /^rtb-[0-9a-f]{8,17}$/, 'route tables, rtb-…', 1),
    endpointSecurityGroupId: vpc.optionalText(
      'endpointSecurityGroupId',
      /^sg-[0-9a-f]{8,17}$/,
      'a security group, sg-…',
    ),
  };
}

export function checkSubnets(all: Checker, { network, availabilityZones }: Parameters): void {
  if (network.vpc === null || network.vpc.subnetIds.length === availabilityZones.length) return;
  all.report('availabilityZones', 'as many zones as network.vpc.subnetIds, in the same order');
}

export function readLex(all: Checker, region: string): Parameters['lex'] {
  const lex = all.part('lex');
  const service = new RegExp(`^com\\.amazonaws\\.vpce\\.${region || '[a-z0-9-]+'}\\.vpce-svc-[0-9a-f]{8,17}$`);
  const url = lex.text(
    'url',
    /^(https:\/\/[^/?#@\s]+|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?)(\/[^?#\s]*)?$/,
    'an https URL without user, query and fragment (http for this machine alone)',
  );
  const dns = lex.text('dns', /^(private-zone|provider)$/, 'private-zone or provider', 'private-zone') as
    | 'private-zone'
    | 'provider';
  if (dns === 'private-zone' && /^[^/]*\/\/(\d+\.|localhost|\[)/.test(url))
    lex.report('dns', 'provider: an address has no zone');
  return {
    url,
    dns,
    endpointService: lex.text(
      'endpointService',
      service,
      `the endpoint service of Inet in ${region || 'the region'}, com.amazonaws.vpce.…`,
    ),
    port: lex.integer('port', 1, 65_535, Number(URL.parse(url)?.port || 443)),
    tokenSecretArn: lex.text(
      'tokenSecretArn',
      /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+-\w{6}$/,
      'the whole ARN of a secret, with its six last characters',
    ),
    tokenKeyArn: lex.optionalText('tokenKeyArn', KEY_ARN, 'the ARN of a key'),
    certificateAuthorityFile: lex.optionalText('certificateAuthorityFile', /\S/, 'a PEM file'),
  };
}
