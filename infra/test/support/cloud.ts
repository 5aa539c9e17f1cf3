/** Outputs that AWS would compute, which no input states. Invented, but of the right form. */
import type { Resource } from './graph.ts';

/** The account and region of every invented ARN. */
const ACCOUNT = '123456789012';
const REGION = 'eu-central-1';

type Properties = Record<string, unknown>;

const COMPUTED: Readonly<Record<string, (name: string, inputs: Properties) => Properties>> = {
  'aws:sqs/queue:Queue': (name) => ({ url: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}` }),
  'aws:dynamodb/table:Table': (name) => ({ arn: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}` }),
  'aws:iam/role:Role': (name) => ({ arn: `arn:aws:iam::${ACCOUNT}:role/${name}` }),
  'aws:eks/cluster:Cluster': (_, inputs) => ({
    vpcConfig: { ...(inputs.vpcConfig as Properties), clusterSecurityGroupId: 'cluster-group-id' },
  }),
  'aws:ec2/vpcEndpoint:VpcEndpoint': (name) => ({ prefixListId: `pl-${name}` }),
  'aws:lb/loadBalancer:LoadBalancer': (name) => ({
    dnsName: `${name}.${REGION}.elb.amazonaws.com`,
    zoneId: 'Z215JYRZR1TBD5',
    arnSuffix: `app/${name}/0123456789abcdef`,
  }),
  'aws:lb/targetGroup:TargetGroup': (name) => ({ arnSuffix: `targetgroup/${name}/0123456789abcdef` }),
  'aws:ecr/repository:Repository': (name) => ({
    repositoryUrl: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${name}`,
  }),
  'aws:elasticache/replicationGroup:ReplicationGroup': (name) => ({
    primaryEndpointAddress: `master.${name}.cache.amazonaws.com`,
    memberClusters: [`${name}-001`],
  }),
  'aws:secretsmanager/secretVersion:SecretVersion': () => ({ versionId: 'a1b2c3d4' }),
  'aws:acm/certificate:Certificate': (_, inputs) => ({
    domainValidationOptions: [
      {
        domainName: inputs.domainName,
        resourceRecordName: `_validate.${inputs.domainName}`,
        resourceRecordType: 'CNAME',
        resourceRecordValue: '_value.acm-validations.aws',
      },
    ],
  }),
  'random:index/randomPassword:RandomPassword': (name, inputs) => ({
    result: `${name}-`.padEnd(Number(inputs.length), 'x'),
  }),
  'awsx:ec2:Vpc': (_, inputs) => {
    const zones = Array.from(
      { length: Number(inputs.numberOfAvailabilityZones) },
      (_zone, index) => index + 1,
    );
    return {
      vpcId: 'vpc-1',
      publicSubnetIds: zones.map((zone) => `subnet-public-${zone}`),
      privateSubnetIds: zones.map((zone) => `subnet-private-${zone}`),
      routeTables: zones.map((zone) => ({ id: `rtb-${zone}` })),
    };
  },
  'awsx:ecr:Image': (_, inputs) => ({ imageUri: `${inputs.repositoryUrl}@sha256:${'0'.repeat(64)}` }),
};

/** Outputs of a resource: its inputs, an ARN and a name, and the computed values of its type. */
export function toOutputs({ type, name, inputs, custom }: Resource): Properties {
  const computed = COMPUTED[type]?.(String(inputs.name ?? name), inputs) ?? {};
  if (!custom) return { ...inputs, ...computed };
  const service = type.split(':')[1]?.split('/')[0];
  const physical = inputs.name ?? `${name}-auto`;
  return {
    arn: `arn:aws:${service}:${REGION}:${ACCOUNT}:${physical}`,
    name: physical,
    ...inputs,
    ...computed,
  };
}

/** The response of a data source. */
export function answerInvoke(token: string, args: Properties): Properties {
  switch (token) {
    case 'aws:index/getCallerIdentity:getCallerIdentity':
      return { accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, userId: ACCOUNT, id: ACCOUNT };
    case 'aws:ec2/getManagedPrefixList:getManagedPrefixList':
      return { ...args, entries: [{ cidr: '52.94.17.0/24' }, { cidr: '3.127.74.0/23' }] };
    default:
      throw new Error(`The program asks for ${token} (${JSON.stringify(args)}), which nothing here answers`);
  }
}
