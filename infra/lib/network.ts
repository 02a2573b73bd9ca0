/**
 * A network without a way out: isolated subnets, endpoints for exactly what is called, and for each of them a security
 * group that lets its holders out to that endpoint and to nothing else.
 */
import { Stack } from 'aws-cdk-lib';
import {
  CfnFlowLog,
  type CfnSecurityGroup,
  CfnVPCEndpoint,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  InterfaceVpcEndpointService,
  IpAddresses,
  type IVpc,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, type PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { ARecord, PrivateHostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { InterfaceVpcEndpointTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';

/** What functions reach over the network. */
export const PLACES = ['s3', 'dynamodb', 'sqs', 'secretsmanager', 'states', 'lex'] as const;
export type Place = (typeof PLACES)[number];

/** What an endpoint lets through; Inet's takes no policy. */
export type EndpointPolicies = Readonly<Record<Exclude<Place, 'lex'>, PolicyDocument>>;

/** Of a /22: four zones of 256 addresses. A function needs few: its interfaces are shared by subnet and groups. */
const SUBNET_MASK = 24;
const HTTPS = 443;
/** A rule that lets nothing out. */
const NOWHERE = { IpProtocol: 'icmp', FromPort: 252, ToPort: 86, CidrIp: '255.255.255.255/32', Description: 'Nothing' };

export class Network extends Construct {
  readonly vpc: IVpc;
  readonly #parameters: Parameters;
  /** Holders may call the place. */
  readonly #callers = new Map<Place, SecurityGroup>();
  readonly #nobody: SecurityGroup;

  constructor(scope: Construct, id: string, parameters: Parameters, flowLogs: LogGroup | null) {
    super(scope, id);
    this.#parameters = parameters;
    this.vpc = parameters.network.vpc === null ? this.#makeVpc(flowLogs) : this.#givenVpc(parameters.network.vpc);
    this.#nobody = this.#callersGroup('ToNothing', 'Functions that call nothing', NOWHERE);
    for (const place of PLACES) {
      this.#callers.set(
        place,
        this.#callersGroup(`To${place}`, `Functions that call ${place}`, this.#inlineEgress(place)),
      );
    }
  }

  /** Groups of a function that calls these places. */
  groupsFor(places: readonly Place[]): SecurityGroup[] {
    return places.length === 0 ? [this.#nobody] : places.map((place) => this.#callers.get(place)!);
  }

  /** Made when the roles are there that the policies name. */
  addEndpoints(policies: EndpointPolicies): void {
    if (this.#givenEndpoints !== null) return;
    for (const place of ['s3', 'dynamodb'] as const) this.#gateway(place, policies[place]);
    for (const place of ['sqs', 'secretsmanager', 'states'] as const) {
      const service = {
        sqs: InterfaceVpcEndpointAwsService.SQS,
        secretsmanager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
        states: InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
      }[place];
      const endpoint = this.#interface(place, service, true);
      for (const statement of statementsOf(policies[place])) endpoint.addToPolicy(statement);
    }
    this.#lexEndpoint();
  }

  #makeVpc(flowLogs: LogGroup | null): Vpc {
    const { availabilityZones, network } = this.#parameters;
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(network.cidr),
      availabilityZones: [...availabilityZones],
      natGateways: 0,
      createInternetGateway: false,
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: SUBNET_MASK }],
      restrictDefaultSecurityGroup: false, // It would bring a Lambda with rights over security groups; nobody holds the default one.
    });
    if (flowLogs !== null) this.#logFlows(vpc, flowLogs);
    return vpc;
  }

  #logFlows(vpc: Vpc, logs: LogGroup): void {
    const policy = new ManagedPolicy(this, 'FlowLogPolicy', {
      statements: [
        new PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
          resources: [logs.logGroupArn], // Ends in `:*`: its streams.
        }),
      ],
    });
    const role = new Role(this, 'FlowLogRole', {
      assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com'),
      managedPolicies: [policy],
    });
    new CfnFlowLog(this, 'FlowLog', {
      resourceId: vpc.vpcId,
      resourceType: 'VPC',
      trafficType: 'ALL',
      logDestinationType: 'cloud-watch-logs',
      logGroupName: logs.logGroupName,
      deliverLogsPermissionArn: role.roleArn,
    });
  }

  #givenVpc({ vpcId, subnetIds }: NonNullable<Parameters['network']['vpc']>): IVpc {
    return Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId,
      availabilityZones: [...this.#parameters.availabilityZones],
      isolatedSubnetIds: [...subnetIds],
      isolatedSubnetRouteTableIds: subnetIds.map(() => this.#parameters.network.vpc!.routeTableIds[0]!),
    });
  }

  #routeTables(): string[] {
    const given = this.#parameters.network.vpc;
    return given === null
      ? this.vpc.isolatedSubnets.map(({ routeTable }) => routeTable.routeTableId)
      : [...given.routeTableIds];
  }

  #gateway(place: 's3' | 'dynamodb', policyDocument: PolicyDocument): void {
    new CfnVPCEndpoint(this, `${place}Endpoint`, {
      vpcId: this.vpc.vpcId,
      vpcEndpointType: 'Gateway',
      serviceName: `com.amazonaws.${Stack.of(this).region}.${place}`,
      routeTableIds: this.#routeTables(),
      policyDocument,
    });
  }

  #interface(
    place: Place,
    service: InterfaceVpcEndpointAwsService | InterfaceVpcEndpointService,
    privateDns: boolean,
  ): InterfaceVpcEndpoint {
    const group = this.#group(`${place}EndpointGroup`, `The endpoint of ${place}`);
    const callers = this.#callers.get(place)!;
    const port = Port.tcp(this.#portOf(place));
    group.addIngressRule(callers, port, 'from the functions that call it');
    callers.addEgressRule(group, port, place);
    return new InterfaceVpcEndpoint(this, `${place}Endpoint`, {
      vpc: this.vpc,
      service,
      subnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [group],
      open: false,
      privateDnsEnabled: privateDns,
    });
  }

  #lexEndpoint(): void {
    const { lex } = this.#parameters;
    const endpoint = this.#interface(
      'lex',
      new InterfaceVpcEndpointService(lex.endpointService, lex.port),
      lex.dns === 'provider',
    );
    if (lex.dns === 'provider') return;
    const zone = new PrivateHostedZone(this, 'LexZone', { vpc: this.vpc, zoneName: new URL(lex.url).hostname });
    new ARecord(this, 'LexAddress', { zone, target: RecordTarget.fromAlias(new InterfaceVpcEndpointTarget(endpoint)) });
  }

  #portOf(place: Place): number {
    return place === 'lex' ? this.#parameters.lex.port : HTTPS;
  }

  /** Group of the endpoints that stand in a given VPC; `null`: the stack makes its own. */
  get #givenEndpoints(): string | null {
    return this.#parameters.network.vpc?.endpointSecurityGroupId ?? null;
  }

  /** S3 and DynamoDB have gateways, not groups; to endpoints of the stack's own the rules come with them. */
  #inlineEgress(place: Place): object {
    const to = (destination: object, port: number): object => ({
      IpProtocol: 'tcp',
      FromPort: port,
      ToPort: port,
      ...destination,
      Description: place,
    });
    if (place === 's3' || place === 'dynamodb') {
      return to({ DestinationPrefixListId: this.#parameters.network.prefixLists[place] }, HTTPS);
    }
    const DestinationSecurityGroupId = this.#givenEndpoints;
    return DestinationSecurityGroupId === null ? NOWHERE : to({ DestinationSecurityGroupId }, this.#portOf(place));
  }

  /** A group without a rule of its own inside would get EC2's default one, out to everywhere; rules beside it do not help. */
  #callersGroup(id: string, description: string, egress: object): SecurityGroup {
    const group = this.#group(id, description);
    (group.node.defaultChild as CfnSecurityGroup).addPropertyOverride('SecurityGroupEgress', [egress]);
    return group;
  }

  #group(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound: false });
  }
}

function statementsOf(policy: PolicyDocument): readonly PolicyStatement[] {
  const { Statement } = policy.toJSON() as { readonly Statement: readonly unknown[] };
  return Statement.map((statement) => PolicyStatement.fromJson(statement));
}
