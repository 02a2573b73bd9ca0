/** What a user would write into the parameter file to try the stack on a stand-in. */
export const STACK_NAME = 'lexdelta';
/** ministack's own. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

/** All else is the default. Why these: `CHOSEN` in `excuses.ts`. */
export function sampleParameters(given: {
  readonly lexUrl: string;
  readonly tokenSecretArn: string;
}): Readonly<Record<string, unknown>> {
  return {
    stackName: STACK_NAME,
    account: ACCOUNT,
    region: REGION,
    availabilityZones: [`${REGION}a`, `${REGION}b`],
    network: {
      vpc: {
        vpcId: 'vpc-0a1b2c3d4e5f60718',
        subnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-0a1b2c3d4e5f60719'],
        routeTableIds: ['rtb-0a1b2c3d4e5f60718'],
        endpointSecurityGroupId: 'sg-0a1b2c3d4e5f60718',
      },
    },
    lex: {
      url: given.lexUrl,
      dns: 'provider',
      endpointService: `com.amazonaws.vpce.${REGION}.vpce-svc-0123456789abcdef0`,
      tokenSecretArn: given.tokenSecretArn,
    },
  };
}
