/** The network: VPC, subnets, routes, security groups, endpoints, and the component of awsx. */
import type { Cloud, Values } from '../cloud.ts';
import { defined, type Spec, type Specs } from './spec.ts';

/** A resource of EC2: one call makes it, one finds it, one deletes it. */
interface Ec2Type {
  readonly create: string;
  readonly parameters: (inputs: Values) => Values;
  /** Path of the description in the response, and of the id in it. */
  readonly answer: string;
  readonly idKey: string;
  readonly describe: string;
  /** Parameter of describe that takes ids, and the list in its response. */
  readonly ids: string;
  readonly list: string;
  readonly delete: string;
  readonly computed?: (description: Values) => Values;
  readonly computedKeys?: readonly string[];
  readonly replace: readonly string[];
  readonly update?: Spec['update'];
  readonly beforeDelete?: (cloud: Cloud, id: string, state: Values) => Promise<void>;
}

function tagsOf(type: string, inputs: Values): Values {
  const tags = Object.entries((inputs.tags ?? {}) as Record<string, string>);
  if (tags.length === 0) return {};
  return { TagSpecifications: [{ ResourceType: type, Tags: tags.map(([Key, Value]) => ({ Key, Value })) }] };
}

function ec2(type: Ec2Type): Spec {
  return {
    computed: ['arn', ...(type.computedKeys ?? [])],
    replace: type.replace,
    async create(cloud, inputs) {
      const answer = await cloud.call('ec2', type.create, defined(type.parameters(inputs)));
      const description = (type.answer ? answer[type.answer] : answer) as Values;
      const id = String(description[type.idKey]);
      return { id, computed: { arn: `arn:aws:ec2:::${id}`, ...(type.computed?.(description) ?? {}) } };
    },
    update: type.update ?? (async () => ({})),
    async read(cloud, id) {
      const found = await cloud.find('ec2', type.describe, { [type.ids]: [id] });
      const list = (found?.[type.list] ?? []) as Values[];
      return list.some(({ State, state }) => (State ?? state) !== 'deleted') ? {} : undefined;
    },
    async delete(cloud, id, state) {
      await type.beforeDelete?.(cloud, id, state);
      await cloud.find('ec2', type.delete, { [type.ids.replace(/s$/, '')]: id });
    },
  };
}

const vpc: Spec = {
  ...ec2({
    create: 'CreateVpc',
    parameters: (inputs) => ({ CidrBlock: inputs.cidrBlock, ...tagsOf('vpc', inputs) }),
    answer: 'Vpc',
    idKey: 'VpcId',
    describe: 'DescribeVpcs',
    ids: 'VpcIds',
    list: 'Vpcs',
    delete: 'DeleteVpc',
    replace: ['cidrBlock'],
    computedKeys: ['ipv6CidrBlock', 'mainRouteTableId', 'defaultSecurityGroupId'],
    computed: () => ({ ipv6CidrBlock: '' }),
  }),
};
const createVpc = vpc.create;
const vpcWithDns: Spec = {
  ...vpc,
  async create(cloud, inputs, name) {
    const stored = await createVpc(cloud, inputs, name);
    if (inputs.enableDnsHostnames !== undefined) {
      await cloud.call('ec2', 'ModifyVpcAttribute', {
        VpcId: stored.id,
        EnableDnsHostnames: { Value: inputs.enableDnsHostnames },
      });
    }
    return stored;
  },
};

const route: Spec = {
  replace: ['routeTableId', 'destinationCidrBlock'],
  async create(cloud, inputs) {
    await cloud.call(
      'ec2',
      'CreateRoute',
      defined({
        RouteTableId: inputs.routeTableId,
        DestinationCidrBlock: inputs.destinationCidrBlock,
        GatewayId: inputs.gatewayId,
        NatGatewayId: inputs.natGatewayId,
      }),
    );
    return { id: `${inputs.routeTableId}_${inputs.destinationCidrBlock}`, computed: {} };
  },
  async read(cloud, _id, state) {
    const found = await cloud.find<{ RouteTables: { Routes: Values[] }[] }>('ec2', 'DescribeRouteTables', {
      RouteTableIds: [state.routeTableId],
    });
    const routes = found?.RouteTables[0]?.Routes ?? [];
    return routes.some((it) => it.DestinationCidrBlock === state.destinationCidrBlock) ? {} : undefined;
  },
  async delete(cloud, _id, state) {
    await cloud.find('ec2', 'DeleteRoute', {
      RouteTableId: state.routeTableId,
      DestinationCidrBlock: state.destinationCidrBlock,
    });
  },
};

const association: Spec = {
  replace: ['routeTableId', 'subnetId'],
  async create(cloud, inputs) {
    const { AssociationId } = await cloud.call<{ AssociationId: string }>('ec2', 'AssociateRouteTable', {
      RouteTableId: inputs.routeTableId,
      SubnetId: inputs.subnetId,
    });
    return { id: AssociationId, computed: {} };
  },
  async read(cloud, id, state) {
    const found = await cloud.find<{ RouteTables: { Associations: Values[] }[] }>(
      'ec2',
      'DescribeRouteTables',
      {
        RouteTableIds: [state.routeTableId],
      },
    );
    const all = found?.RouteTables[0]?.Associations ?? [];
    return all.some((it) => it.RouteTableAssociationId === id) ? {} : undefined;
  },
  delete: async (cloud, id) =>
    void (await cloud.find('ec2', 'DisassociateRouteTable', { AssociationId: id })),
};

const defaultSecurityGroup: Spec = {
  replace: ['vpcId'],
  async create(cloud, inputs) {
    const { SecurityGroups } = await cloud.call<{ SecurityGroups: Values[] }>(
      'ec2',
      'DescribeSecurityGroups',
      {
        Filters: [
          { Name: 'vpc-id', Values: [inputs.vpcId] },
          { Name: 'group-name', Values: ['default'] },
        ],
      },
    );
    const group = SecurityGroups[0] ?? {};
    for (const [operation, permissions] of [
      ['RevokeSecurityGroupIngress', group.IpPermissions],
      ['RevokeSecurityGroupEgress', group.IpPermissionsEgress],
    ] as [string, Values[]][]) {
      if (permissions?.length)
        await cloud.call('ec2', operation, { GroupId: group.GroupId, IpPermissions: permissions });
    }
    return { id: String(group.GroupId), computed: {} };
  },
  async read(cloud, id) {
    const found = await cloud.find<{ SecurityGroups: Values[] }>('ec2', 'DescribeSecurityGroups', {
      GroupIds: [id],
    });
    return found?.SecurityGroups.length ? {} : undefined;
  },
  // It is deleted with its VPC.
  delete: async () => {},
};

const securityGroup: Spec = {
  computed: ['arn', 'name'],
  replace: ['vpcId', 'description'],
  async create(cloud, inputs, name) {
    const GroupName = `${name}-${Math.random().toString(16).slice(2, 9)}`;
    const { GroupId } = await cloud.call<{ GroupId: string }>('ec2', 'CreateSecurityGroup', {
      GroupName,
      Description: inputs.description,
      VpcId: inputs.vpcId,
    });
    // The provider removes the rule of a new group by which AWS allows all egress.
    await cloud.call('ec2', 'RevokeSecurityGroupEgress', {
      GroupId,
      IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    });
    return { id: GroupId, computed: { arn: `arn:aws:ec2:::${GroupId}`, name: GroupName } };
  },
  read: defaultSecurityGroup.read,
  delete: async (cloud, id) => void (await cloud.find('ec2', 'DeleteSecurityGroup', { GroupId: id })),
};

function rule(direction: 'Ingress' | 'Egress'): Spec {
  return {
    computed: ['arn', 'securityGroupRuleId'],
    replace: [
      'securityGroupId',
      'referencedSecurityGroupId',
      'cidrIpv4',
      'prefixListId',
      'ipProtocol',
      'fromPort',
      'toPort',
    ],
    async create(cloud, inputs) {
      const about = { Description: inputs.description };
      const { SecurityGroupRules } = await cloud.call<{ SecurityGroupRules: Values[] }>(
        'ec2',
        `AuthorizeSecurityGroup${direction}`,
        {
          GroupId: inputs.securityGroupId,
          IpPermissions: [
            {
              IpProtocol: inputs.ipProtocol,
              FromPort: inputs.fromPort,
              ToPort: inputs.toPort,
              ...(inputs.cidrIpv4 !== undefined && { IpRanges: [{ CidrIp: inputs.cidrIpv4, ...about }] }),
              ...(inputs.referencedSecurityGroupId !== undefined && {
                UserIdGroupPairs: [{ GroupId: inputs.referencedSecurityGroupId, ...about }],
              }),
              ...(inputs.prefixListId !== undefined && {
                PrefixListIds: [{ PrefixListId: inputs.prefixListId, ...about }],
              }),
            },
          ],
        },
      );
      const id = String(SecurityGroupRules[0]?.SecurityGroupRuleId);
      return { id, computed: { securityGroupRuleId: id, arn: `arn:aws:ec2:::${id}` } };
    },
    update: async () => ({}),
    async read(cloud, id, state) {
      const found = await cloud.find<{ SecurityGroupRules: Values[] }>('ec2', 'DescribeSecurityGroupRules', {
        Filters: [{ Name: 'group-id', Values: [state.securityGroupId] }],
      });
      return found?.SecurityGroupRules.some((it) => it.SecurityGroupRuleId === id) ? {} : undefined;
    },
    async delete(cloud, id, state) {
      await cloud.find('ec2', `RevokeSecurityGroup${direction}`, {
        GroupId: state.securityGroupId,
        SecurityGroupRuleIds: [id],
      });
    },
  };
}

const endpoint: Spec = {
  computed: ['arn', 'prefixListId'],
  replace: ['vpcId', 'serviceName', 'vpcEndpointType'],
  async create(cloud, inputs) {
    const { VpcEndpoint } = await cloud.call<{ VpcEndpoint: Values }>(
      'ec2',
      'CreateVpcEndpoint',
      defined({
        VpcId: inputs.vpcId,
        ServiceName: inputs.serviceName,
        VpcEndpointType: inputs.vpcEndpointType,
        SubnetIds: inputs.subnetIds,
        SecurityGroupIds: inputs.securityGroupIds,
        RouteTableIds: inputs.routeTableIds,
        PrivateDnsEnabled: inputs.privateDnsEnabled,
        PolicyDocument: inputs.policy,
      }),
    );
    const { PrefixLists } = await cloud.call<{ PrefixLists: Values[] }>('ec2', 'DescribePrefixLists', {});
    const list = PrefixLists.find(({ PrefixListName }) => PrefixListName === inputs.serviceName);
    const id = String(VpcEndpoint.VpcEndpointId);
    // The emulator lists AWS's ranges for some regions only.
    const fallback = inputs.vpcEndpointType === 'Gateway' ? `pl-${id.slice(-8)}` : '';
    return { id, computed: { arn: `arn:aws:ec2:::${id}`, prefixListId: list?.PrefixListId ?? fallback } };
  },
  async update(cloud, id, inputs, state) {
    const added = (key: string) =>
      ((inputs[key] ?? []) as string[]).filter((item) => !((state[key] ?? []) as string[]).includes(item));
    const [subnets, tables] = [added('subnetIds'), added('routeTableIds')];
    await cloud.call('ec2', 'ModifyVpcEndpoint', {
      VpcEndpointId: id,
      ...(subnets.length > 0 && { AddSubnetIds: subnets }),
      ...(tables.length > 0 && { AddRouteTableIds: tables }),
    });
    return {};
  },
  async read(cloud, id) {
    const found = await cloud.find<{ VpcEndpoints: Values[] }>('ec2', 'DescribeVpcEndpoints', {
      VpcEndpointIds: [id],
    });
    return found?.VpcEndpoints.some(({ State }) => State !== 'deleted') ? {} : undefined;
  },
  delete: async (cloud, id) => void (await cloud.find('ec2', 'DeleteVpcEndpoints', { VpcEndpointIds: [id] })),
};

/** The network's types. */
export const NETWORK_SPECS: Specs = {
  'ec2/vpc:Vpc': vpcWithDns,
  'ec2/subnet:Subnet': ec2({
    create: 'CreateSubnet',
    parameters: (inputs) => ({
      VpcId: inputs.vpcId,
      CidrBlock: inputs.cidrBlock,
      AvailabilityZone: inputs.availabilityZone,
      ...tagsOf('subnet', inputs),
    }),
    answer: 'Subnet',
    idKey: 'SubnetId',
    describe: 'DescribeSubnets',
    ids: 'SubnetIds',
    list: 'Subnets',
    delete: 'DeleteSubnet',
    replace: ['vpcId', 'cidrBlock', 'availabilityZone'],
  }),
  'ec2/routeTable:RouteTable': ec2({
    create: 'CreateRouteTable',
    parameters: (inputs) => ({ VpcId: inputs.vpcId, ...tagsOf('route-table', inputs) }),
    answer: 'RouteTable',
    idKey: 'RouteTableId',
    describe: 'DescribeRouteTables',
    ids: 'RouteTableIds',
    list: 'RouteTables',
    delete: 'DeleteRouteTable',
    replace: ['vpcId'],
  }),
  'ec2/internetGateway:InternetGateway': {
    ...ec2({
      create: 'CreateInternetGateway',
      parameters: (inputs) => tagsOf('internet-gateway', inputs),
      answer: 'InternetGateway',
      idKey: 'InternetGatewayId',
      describe: 'DescribeInternetGateways',
      ids: 'InternetGatewayIds',
      list: 'InternetGateways',
      delete: 'DeleteInternetGateway',
      replace: ['vpcId'],
      beforeDelete: async (cloud, id, state) =>
        void (await cloud.find('ec2', 'DetachInternetGateway', {
          InternetGatewayId: id,
          VpcId: state.vpcId,
        })),
    }),
    async create(cloud, inputs) {
      const { InternetGateway } = await cloud.call<{ InternetGateway: Values }>(
        'ec2',
        'CreateInternetGateway',
        {},
      );
      const id = String(InternetGateway.InternetGatewayId);
      await cloud.call('ec2', 'AttachInternetGateway', { InternetGatewayId: id, VpcId: inputs.vpcId });
      return { id, computed: { arn: `arn:aws:ec2:::${id}` } };
    },
  },
  'ec2/route:Route': route,
  'ec2/routeTableAssociation:RouteTableAssociation': association,
  'ec2/eip:Eip': {
    computed: ['arn', 'allocationId', 'publicIp'],
    async create(cloud) {
      const { AllocationId, PublicIp } = await cloud.call('ec2', 'AllocateAddress', { Domain: 'vpc' });
      return { id: String(AllocationId), computed: { allocationId: AllocationId, publicIp: PublicIp } };
    },
    update: async () => ({}),
    read: async (cloud, id) => (await cloud.find('ec2', 'DescribeAddresses', { AllocationIds: [id] })) && {},
    delete: async (cloud, id) => void (await cloud.find('ec2', 'ReleaseAddress', { AllocationId: id })),
  },
  'ec2/natGateway:NatGateway': ec2({
    create: 'CreateNatGateway',
    parameters: (inputs) => ({ SubnetId: inputs.subnetId, AllocationId: inputs.allocationId }),
    answer: 'NatGateway',
    idKey: 'NatGatewayId',
    describe: 'DescribeNatGateways',
    ids: 'NatGatewayIds',
    list: 'NatGateways',
    delete: 'DeleteNatGateway',
    replace: ['subnetId', 'allocationId'],
  }),
  'ec2/defaultSecurityGroup:DefaultSecurityGroup': defaultSecurityGroup,
  'ec2/securityGroup:SecurityGroup': securityGroup,
  'vpc/securityGroupIngressRule:SecurityGroupIngressRule': rule('Ingress'),
  'vpc/securityGroupEgressRule:SecurityGroupEgressRule': rule('Egress'),
  'ec2/vpcEndpoint:VpcEndpoint': endpoint,
};
