/** Compute resources and the ways to them: load balancer, ECS, roles, registry, cache, names, firewall. */
import type { Values } from '../cloud.ts';
import { defined, physicalName, renamed, type Spec, type Specs, toPascal } from './spec.ts';

const ELB = 'elbv2';

const loadBalancer: Spec = {
  computed: ['arn', 'dnsName', 'zoneId', 'arnSuffix', 'name'],
  replace: ['internal', 'loadBalancerType', 'name'],
  async create(cloud, inputs, name) {
    const physical = physicalName(inputs, name);
    const { LoadBalancers } = await cloud.call<{ LoadBalancers: Values[] }>(ELB, 'CreateLoadBalancer', {
      Name: physical,
      Type: inputs.loadBalancerType,
      Scheme: inputs.internal ? 'internal' : 'internet-facing',
      Subnets: inputs.subnets,
      SecurityGroups: inputs.securityGroups,
    });
    const made = LoadBalancers[0] ?? {};
    const arn = String(made.LoadBalancerArn);
    await loadBalancer.update?.(cloud, arn, inputs, inputs, name);
    return {
      id: arn,
      computed: {
        arn,
        dnsName: made.DNSName,
        zoneId: made.CanonicalHostedZoneId ?? 'Z215JYRZR1TBD5',
        arnSuffix: arn.split(':loadbalancer/')[1],
        name: physical,
      },
    };
  },
  async update(cloud, id, inputs, state) {
    await cloud.call(ELB, 'ModifyLoadBalancerAttributes', {
      LoadBalancerArn: id,
      Attributes: [
        { Key: 'deletion_protection.enabled', Value: String(inputs.enableDeletionProtection ?? false) },
        { Key: 'idle_timeout.timeout_seconds', Value: String(inputs.idleTimeout) },
        {
          Key: 'routing.http.drop_invalid_header_fields.enabled',
          Value: String(inputs.dropInvalidHeaderFields),
        },
        { Key: 'routing.http.desync_mitigation_mode', Value: String(inputs.desyncMitigationMode) },
      ],
    });
    if (JSON.stringify(inputs.subnets) !== JSON.stringify(state.subnets)) {
      await cloud.call(ELB, 'SetSubnets', { LoadBalancerArn: id, Subnets: inputs.subnets });
    }
    return {};
  },
  async read(cloud, id) {
    return (await cloud.find(ELB, 'DescribeLoadBalancers', { LoadBalancerArns: [id] })) && {};
  },
  delete: async (cloud, id) => void (await cloud.find(ELB, 'DeleteLoadBalancer', { LoadBalancerArn: id })),
};

const targetGroup: Spec = {
  computed: ['arn', 'arnSuffix', 'name'],
  replace: ['port', 'protocol', 'vpcId', 'targetType', 'name'],
  async create(cloud, inputs, name) {
    const physical = physicalName(inputs, name);
    const health = inputs.healthCheck as Values;
    const { TargetGroups } = await cloud.call<{ TargetGroups: Values[] }>(ELB, 'CreateTargetGroup', {
      Name: physical,
      Protocol: inputs.protocol,
      Port: inputs.port,
      VpcId: inputs.vpcId,
      TargetType: inputs.targetType,
      HealthCheckPath: health.path,
      HealthCheckIntervalSeconds: health.interval,
      HealthCheckTimeoutSeconds: health.timeout,
      HealthyThresholdCount: health.healthyThreshold,
      UnhealthyThresholdCount: health.unhealthyThreshold,
    });
    const arn = String(TargetGroups[0]?.TargetGroupArn);
    await targetGroup.update?.(cloud, arn, inputs, {}, name);
    return { id: arn, computed: { arn, arnSuffix: arn.split(':').at(-1), name: physical } };
  },
  async update(cloud, id, inputs) {
    await cloud.call(ELB, 'ModifyTargetGroupAttributes', {
      TargetGroupArn: id,
      Attributes: [
        { Key: 'deregistration_delay.timeout_seconds', Value: String(inputs.deregistrationDelay) },
        { Key: 'load_balancing.algorithm.type', Value: String(inputs.loadBalancingAlgorithmType) },
      ],
    });
    return {};
  },
  read: async (cloud, id) => (await cloud.find(ELB, 'DescribeTargetGroups', { TargetGroupArns: [id] })) && {},
  delete: async (cloud, id) => void (await cloud.find(ELB, 'DeleteTargetGroup', { TargetGroupArn: id })),
};

interface Action extends Values {
  readonly type: string;
}

function toActions(actions: unknown): unknown {
  return (actions as Action[]).map(({ type, fixedResponse, redirect, forward }) =>
    defined({
      Type: type,
      FixedResponseConfig: fixedResponse && toPascal(fixedResponse),
      RedirectConfig: redirect && toPascal(redirect),
      ForwardConfig: forward && {
        TargetGroups: (forward as { targetGroups: Values[] }).targetGroups.map(({ arn, weight }) => ({
          TargetGroupArn: arn,
          Weight: weight,
        })),
      },
    }),
  );
}

const listener: Spec = {
  computed: ['arn'],
  replace: ['loadBalancerArn'],
  async create(cloud, inputs) {
    const { Listeners } = await cloud.call<{ Listeners: Values[] }>(
      ELB,
      'CreateListener',
      defined({
        LoadBalancerArn: inputs.loadBalancerArn,
        Port: inputs.port,
        Protocol: inputs.protocol,
        SslPolicy: inputs.sslPolicy,
        Certificates: inputs.certificateArn ? [{ CertificateArn: inputs.certificateArn }] : undefined,
        DefaultActions: toActions(inputs.defaultActions),
      }),
    );
    const arn = String(Listeners[0]?.ListenerArn);
    return { id: arn, computed: { arn } };
  },
  async update(cloud, id, inputs) {
    await cloud.call(ELB, 'ModifyListener', {
      ListenerArn: id,
      DefaultActions: toActions(inputs.defaultActions),
    });
    return {};
  },
  read: async (cloud, id) => (await cloud.find(ELB, 'DescribeListeners', { ListenerArns: [id] })) && {},
  delete: async (cloud, id) => void (await cloud.find(ELB, 'DeleteListener', { ListenerArn: id })),
};

/** Names of the API for the kinds of conditions. */
const CONDITIONS: Readonly<Record<string, { readonly field: string; readonly config: string }>> = {
  pathPattern: { field: 'path-pattern', config: 'PathPatternConfig' },
  hostHeader: { field: 'host-header', config: 'HostHeaderConfig' },
  httpRequestMethod: { field: 'http-request-method', config: 'HttpRequestMethodConfig' },
};

function toConditions(condition: Values): Values[] {
  return Object.entries(CONDITIONS).flatMap(([kind, { field, config }]) => {
    const { values } = (condition[kind] ?? {}) as { values?: string[] };
    return values ? [{ Field: field, [config]: { Values: values } }] : [];
  });
}

const listenerRule: Spec = {
  computed: ['arn'],
  replace: ['listenerArn', 'priority'],
  async create(cloud, inputs) {
    const { Rules } = await cloud.call<{ Rules: Values[] }>(ELB, 'CreateRule', {
      ListenerArn: inputs.listenerArn,
      Priority: inputs.priority,
      Conditions: (inputs.conditions as Values[]).flatMap(toConditions),
      Actions: toActions(inputs.actions),
    });
    const arn = String(Rules[0]?.RuleArn);
    return { id: arn, computed: { arn } };
  },
  async update(cloud, id, inputs) {
    await cloud.call(ELB, 'ModifyRule', { RuleArn: id, Actions: toActions(inputs.actions) });
    return {};
  },
  read: async (cloud, id) => (await cloud.find(ELB, 'DescribeRules', { RuleArns: [id] })) && {},
  delete: async (cloud, id) => void (await cloud.find(ELB, 'DeleteRule', { RuleArn: id })),
};

const listenerCertificate: Spec = {
  replace: ['listenerArn', 'certificateArn'],
  async create(cloud, { listenerArn, certificateArn }) {
    await cloud.call(ELB, 'AddListenerCertificates', {
      ListenerArn: listenerArn,
      Certificates: [{ CertificateArn: certificateArn }],
    });
    return { id: `${listenerArn}_${certificateArn}`, computed: {} };
  },
  update: async () => ({}),
  async read(cloud, _id, { listenerArn, certificateArn }) {
    const found = await cloud.find<{ Certificates: Values[] }>(ELB, 'DescribeListenerCertificates', {
      ListenerArn: listenerArn,
    });
    return found?.Certificates.some((it) => it.CertificateArn === certificateArn) ? {} : undefined;
  },
  async delete(cloud, _id, { listenerArn, certificateArn }) {
    await cloud.find(ELB, 'RemoveListenerCertificates', {
      ListenerArn: listenerArn,
      Certificates: [{ CertificateArn: certificateArn }],
    });
  },
};

const cluster: Spec = {
  computed: ['arn'],
  replace: ['name'],
  async create(cloud, inputs) {
    const answer = await cloud.call<{ cluster: Values }>('ecs', 'CreateCluster', {
      clusterName: inputs.name,
      settings: inputs.settings,
      serviceConnectDefaults: inputs.serviceConnectDefaults,
    });
    const arn = String(answer.cluster.clusterArn);
    return { id: arn, computed: { arn } };
  },
  update: async () => ({}),
  async read(cloud, id) {
    const { clusters } = await cloud.call<{ clusters: Values[] }>('ecs', 'DescribeClusters', {
      clusters: [id],
    });
    return clusters.some(({ status }) => status !== 'INACTIVE') ? {} : undefined;
  },
  delete: async (cloud, id) => void (await cloud.find('ecs', 'DeleteCluster', { cluster: id })),
};

const taskDefinition: Spec = {
  computed: ['arn', 'revision', 'arnWithoutRevision'],
  replace: [
    'family',
    'containerDefinitions',
    'cpu',
    'memory',
    'executionRoleArn',
    'taskRoleArn',
    'runtimePlatform',
  ],
  async create(cloud, inputs) {
    const answer = await cloud.call<{ taskDefinition: Values }>('ecs', 'RegisterTaskDefinition', {
      family: inputs.family,
      cpu: inputs.cpu,
      memory: inputs.memory,
      networkMode: inputs.networkMode,
      requiresCompatibilities: inputs.requiresCompatibilities,
      runtimePlatform: inputs.runtimePlatform,
      executionRoleArn: inputs.executionRoleArn,
      taskRoleArn: inputs.taskRoleArn,
      containerDefinitions: JSON.parse(String(inputs.containerDefinitions)),
    });
    const { taskDefinitionArn: arn, revision } = answer.taskDefinition;
    return {
      id: String(arn),
      computed: { arn, revision, arnWithoutRevision: String(arn).replace(/:\d+$/, '') },
    };
  },
  read: async (cloud, id) =>
    (await cloud.find('ecs', 'DescribeTaskDefinition', { taskDefinition: id })) && {},
  delete: async (cloud, id) =>
    void (await cloud.find('ecs', 'DeregisterTaskDefinition', { taskDefinition: id })),
};

function toNetwork(configuration: unknown): Values {
  const { subnets, securityGroups, assignPublicIp } = configuration as Values;
  return {
    awsvpcConfiguration: { subnets, securityGroups, assignPublicIp: assignPublicIp ? 'ENABLED' : 'DISABLED' },
  };
}

function toDeployment(inputs: Values): Values {
  const { strategy, bakeTimeInMinutes, canaryConfiguration } = (inputs.deploymentConfiguration ??
    {}) as Values;
  const canary = canaryConfiguration as Values | undefined;
  return defined({
    maximumPercent: inputs.deploymentMaximumPercent,
    minimumHealthyPercent: inputs.deploymentMinimumHealthyPercent,
    deploymentCircuitBreaker: inputs.deploymentCircuitBreaker,
    alarms: inputs.alarms,
    strategy,
    bakeTimeInMinutes: bakeTimeInMinutes === undefined ? undefined : Number(bakeTimeInMinutes),
    canaryConfiguration: canary && {
      canaryPercent: canary.canaryPercent,
      canaryBakeTimeInMinutes: Number(canary.canaryBakeTimeInMinutes),
    },
  });
}

function toServiceConnect(configuration: unknown): unknown {
  if (!configuration) return undefined;
  const { enabled, namespace, services } = configuration as { services?: Values[] } & Values;
  return defined({
    enabled,
    namespace,
    services: services?.map(({ portName, discoveryName, clientAlias, timeout }) => ({
      portName,
      discoveryName,
      clientAliases: clientAlias,
      timeout,
    })),
  });
}

const service: Spec = {
  computed: ['arn', 'name'],
  replace: ['cluster', 'launchType', 'name'],
  async create(cloud, inputs, name) {
    const serviceName = physicalName(inputs, name);
    const answer = await cloud.call<{ service: Values }>(
      'ecs',
      'CreateService',
      defined({
        cluster: inputs.cluster,
        serviceName,
        taskDefinition: inputs.taskDefinition,
        desiredCount: inputs.desiredCount,
        launchType: inputs.launchType,
        platformVersion: inputs.platformVersion,
        propagateTags: inputs.propagateTags,
        enableECSManagedTags: inputs.enableEcsManagedTags,
        enableExecuteCommand: inputs.enableExecuteCommand,
        healthCheckGracePeriodSeconds: inputs.healthCheckGracePeriodSeconds,
        networkConfiguration: toNetwork(inputs.networkConfiguration),
        deploymentConfiguration: toDeployment(inputs),
        serviceConnectConfiguration: toServiceConnect(inputs.serviceConnectConfiguration),
        loadBalancers: inputs.loadBalancers,
      }),
    );
    const arn = String(answer.service.serviceArn);
    return { id: arn, computed: { arn, name: serviceName } };
  },
  async update(cloud, id, inputs) {
    await cloud.call('ecs', 'UpdateService', {
      cluster: inputs.cluster,
      service: id,
      taskDefinition: inputs.taskDefinition,
      desiredCount: inputs.desiredCount,
      networkConfiguration: toNetwork(inputs.networkConfiguration),
      deploymentConfiguration: toDeployment(inputs),
    });
    return {};
  },
  async read(cloud, id, state) {
    const found = await cloud.find<{ services: Values[] }>('ecs', 'DescribeServices', {
      cluster: state.cluster,
      services: [id],
    });
    const live = found?.services.find(({ status }) => status === 'ACTIVE');
    if (!live) return undefined;
    return live.taskDefinition === state.taskDefinition ? {} : { taskDefinition: live.taskDefinition };
  },
  async delete(cloud, id, state) {
    await cloud.find('ecs', 'DeleteService', { cluster: state.cluster, service: id, force: true });
  },
};

const role: Spec = {
  computed: ['arn', 'name', 'uniqueId'],
  replace: ['name'],
  async create(cloud, inputs, name) {
    const RoleName = physicalName(inputs, name, 64);
    const { Role } = await cloud.call<{ Role: Values }>('iam', 'CreateRole', {
      RoleName,
      AssumeRolePolicyDocument: inputs.assumeRolePolicy,
    });
    return { id: RoleName, computed: { arn: Role.Arn, name: RoleName, uniqueId: Role.RoleId } };
  },
  update: async () => ({}),
  read: async (cloud, id) => (await cloud.find('iam', 'GetRole', { RoleName: id })) && {},
  delete: async (cloud, id) => void (await cloud.find('iam', 'DeleteRole', { RoleName: id })),
};

const rolePolicy: Spec = {
  computed: ['name'],
  replace: ['role', 'name'],
  async create(cloud, inputs, name) {
    const PolicyName = physicalName(inputs, name, 64);
    await cloud.call('iam', 'PutRolePolicy', {
      RoleName: inputs.role,
      PolicyName,
      PolicyDocument: inputs.policy,
    });
    return { id: `${inputs.role}:${PolicyName}`, computed: { name: PolicyName } };
  },
  async update(cloud, id, inputs) {
    const [RoleName, PolicyName] = id.split(':');
    await cloud.call('iam', 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument: inputs.policy });
    return {};
  },
  async read(cloud, id, state) {
    const [RoleName, PolicyName] = id.split(':');
    const found = await cloud.find('iam', 'GetRolePolicy', { RoleName, PolicyName });
    if (!found) return undefined;
    const live = found.PolicyDocument;
    const same = JSON.stringify(live) === JSON.stringify(JSON.parse(String(state.policy)));
    return same ? {} : { policy: JSON.stringify(live) };
  },
  async delete(cloud, id) {
    const [RoleName, PolicyName] = id.split(':');
    await cloud.find('iam', 'DeleteRolePolicy', { RoleName, PolicyName });
  },
};

const repository: Spec = {
  computed: ['arn', 'repositoryUrl', 'registryId'],
  replace: ['name'],
  async create(cloud, inputs) {
    const encryption = (inputs.encryptionConfigurations as Values[])[0];
    const answer = await cloud.call<{ repository: Values }>('ecr', 'CreateRepository', {
      repositoryName: inputs.name,
      imageTagMutability: inputs.imageTagMutability,
      imageScanningConfiguration: inputs.imageScanningConfiguration,
      encryptionConfiguration: encryption,
    });
    const { repositoryArn: arn, repositoryUri, registryId } = answer.repository;
    return { id: String(inputs.name), computed: { arn, repositoryUrl: repositoryUri, registryId } };
  },
  update: async () => ({}),
  read: async (cloud, id) =>
    (await cloud.find('ecr', 'DescribeRepositories', { repositoryNames: [id] })) && {},
  async delete(cloud, id, state) {
    await cloud.find('ecr', 'DeleteRepository', { repositoryName: id, force: state.forceDelete ?? false });
  },
};

const lifecyclePolicy: Spec = {
  computed: ['registryId'],
  replace: ['repository'],
  async create(cloud, inputs) {
    await cloud.call('ecr', 'PutLifecyclePolicy', {
      repositoryName: inputs.repository,
      lifecyclePolicyText: inputs.policy,
    });
    return { id: String(inputs.repository), computed: {} };
  },
  async update(cloud, _id, inputs, _state, name) {
    return (await lifecyclePolicy.create(cloud, inputs, name)).computed;
  },
  read: async (cloud, id) => (await cloud.find('ecr', 'GetLifecyclePolicy', { repositoryName: id })) && {},
  delete: async (cloud, id) =>
    void (await cloud.find('ecr', 'DeleteLifecyclePolicy', { repositoryName: id })),
};

const subnetGroup: Spec = {
  computed: ['arn', 'name'],
  replace: ['name'],
  async create(cloud, inputs, name) {
    const physical = physicalName(inputs, name);
    await cloud.call('elasticache', 'CreateCacheSubnetGroup', {
      CacheSubnetGroupName: physical,
      CacheSubnetGroupDescription: inputs.description ?? 'Managed by Pulumi',
      SubnetIds: inputs.subnetIds,
    });
    return { id: physical, computed: { name: physical } };
  },
  // The emulator knows no ModifyCacheSubnetGroup.
  update: async () => ({}),
  read: async (cloud, id) =>
    (await cloud.find('elasticache', 'DescribeCacheSubnetGroups', { CacheSubnetGroupName: id })) && {},
  // The emulator lacks DeleteCacheSubnetGroup; the group costs nothing and ends with the emulator.
  delete: async () => {},
};

const replicationGroup: Spec = {
  computed: [
    'arn',
    'primaryEndpointAddress',
    'readerEndpointAddress',
    'memberClusters',
    'replicationGroupId',
  ],
  replace: ['engine', 'subnetGroupName', 'atRestEncryptionEnabled', 'transitEncryptionEnabled'],
  async create(cloud, inputs, name) {
    const id = physicalName(inputs, name);
    const { ReplicationGroup } = await cloud.call<{ ReplicationGroup: Values }>(
      'elasticache',
      'CreateReplicationGroup',
      {
        ReplicationGroupId: id,
        ReplicationGroupDescription: inputs.description,
        Engine: inputs.engine,
        EngineVersion: inputs.engineVersion,
        CacheNodeType: inputs.nodeType,
        NumCacheClusters: inputs.numCacheClusters,
        AutomaticFailoverEnabled: inputs.automaticFailoverEnabled,
        MultiAZEnabled: inputs.multiAzEnabled,
        CacheSubnetGroupName: inputs.subnetGroupName,
        SecurityGroupIds: inputs.securityGroupIds,
        AtRestEncryptionEnabled: inputs.atRestEncryptionEnabled,
        TransitEncryptionEnabled: inputs.transitEncryptionEnabled,
        TransitEncryptionMode: inputs.transitEncryptionMode,
        AuthToken: inputs.authToken,
        SnapshotRetentionLimit: inputs.snapshotRetentionLimit,
      },
    );
    return {
      id,
      computed: {
        arn: ReplicationGroup.ARN,
        replicationGroupId: id,
        primaryEndpointAddress: `master.${id}.cache.amazonaws.com`,
        readerEndpointAddress: `replica.${id}.cache.amazonaws.com`,
        memberClusters: ReplicationGroup.MemberClusters ?? [],
      },
    };
  },
  update: async () => ({}),
  read: async (cloud, id) =>
    (await cloud.find('elasticache', 'DescribeReplicationGroups', { ReplicationGroupId: id })) && {},
  delete: async (cloud, id) =>
    void (await cloud.find('elasticache', 'DeleteReplicationGroup', { ReplicationGroupId: id })),
};

const namespace: Spec = {
  computed: ['arn', 'httpName'],
  replace: ['name'],
  async create(cloud, inputs) {
    await cloud.call('servicediscovery', 'CreateHttpNamespace', { Name: inputs.name });
    const { Namespaces } = await cloud.call<{ Namespaces: Values[] }>(
      'servicediscovery',
      'ListNamespaces',
      {},
    );
    const made = Namespaces.find(({ Name }) => Name === inputs.name) ?? {};
    return { id: String(made.Id), computed: { arn: made.Arn, httpName: inputs.name } };
  },
  update: async () => ({}),
  read: async (cloud, id) => (await cloud.find('servicediscovery', 'GetNamespace', { Id: id })) && {},
  delete: async (cloud, id) => void (await cloud.find('servicediscovery', 'DeleteNamespace', { Id: id })),
};

const SCALING_TARGET = { replace: ['resourceId', 'scalableDimension', 'serviceNamespace'] };
const dimensionOf = (values: Values) => ({
  ServiceNamespace: values.serviceNamespace,
  ResourceId: values.resourceId,
  ScalableDimension: values.scalableDimension,
});

const scalingTarget: Spec = {
  ...SCALING_TARGET,
  computed: ['arn', 'roleArn'],
  async create(cloud, inputs) {
    await cloud.call('application-autoscaling', 'RegisterScalableTarget', {
      ...dimensionOf(inputs),
      MinCapacity: inputs.minCapacity,
      MaxCapacity: inputs.maxCapacity,
    });
    return { id: String(inputs.resourceId), computed: {} };
  },
  async update(cloud, _id, inputs, _state, name) {
    return (await scalingTarget.create(cloud, inputs, name)).computed;
  },
  async read(cloud, id, state) {
    const { ScalableTargets } = await cloud.call<{ ScalableTargets: Values[] }>(
      'application-autoscaling',
      'DescribeScalableTargets',
      { ServiceNamespace: state.serviceNamespace, ResourceIds: [id] },
    );
    const live = ScalableTargets[0];
    if (!live) return undefined;
    return live.MaxCapacity === state.maxCapacity ? {} : { maxCapacity: live.MaxCapacity };
  },
  async delete(cloud, _id, state) {
    await cloud.find('application-autoscaling', 'DeregisterScalableTarget', dimensionOf(state));
  },
};

const scalingPolicy: Spec = {
  ...SCALING_TARGET,
  computed: ['arn', 'name'],
  async create(cloud, inputs, name) {
    const PolicyName = physicalName(inputs, name);
    const { PolicyARN } = await cloud.call('application-autoscaling', 'PutScalingPolicy', {
      PolicyName,
      ...dimensionOf(inputs),
      PolicyType: inputs.policyType,
      TargetTrackingScalingPolicyConfiguration: toPascal(inputs.targetTrackingScalingPolicyConfiguration),
    });
    return { id: PolicyName, computed: { arn: PolicyARN, name: PolicyName } };
  },
  async update(cloud, id, inputs) {
    return (await scalingPolicy.create(cloud, { ...inputs, name: id }, id)).computed;
  },
  async read(cloud, id, state) {
    const { ScalingPolicies } = await cloud.call<{ ScalingPolicies: Values[] }>(
      'application-autoscaling',
      'DescribeScalingPolicies',
      { ServiceNamespace: state.serviceNamespace, ResourceId: state.resourceId },
    );
    return ScalingPolicies.some(({ PolicyName }) => PolicyName === id) ? {} : undefined;
  },
  async delete(cloud, id, state) {
    await cloud.find('application-autoscaling', 'DeleteScalingPolicy', {
      PolicyName: id,
      ...dimensionOf(state),
    });
  },
};

/** The API writes some abbreviations in capitals. */
function toWaf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toWaf);
  if (typeof value !== 'object' || value === null) return value;
  const named = renamed(value, { cloudwatchMetricsEnabled: 'cloudWatchMetricsEnabled' });
  return toPascal(Object.fromEntries(Object.entries(named).map(([key, item]) => [key, toWaf(item)])));
}

const webAcl: Spec = {
  computed: ['arn', 'capacity'],
  replace: ['name', 'scope'],
  async create(cloud, inputs, name) {
    const Name = physicalName(inputs, name);
    const { Summary } = await cloud.call<{ Summary: Values }>('wafv2', 'CreateWebACL', {
      Name,
      Scope: inputs.scope,
      DefaultAction: toWaf(inputs.defaultAction),
      Rules: toWaf(inputs.rules),
      VisibilityConfig: toWaf(inputs.visibilityConfig),
    });
    return { id: `${Name}|${Summary.Id}|${Summary.LockToken}`, computed: { arn: Summary.ARN, name: Name } };
  },
  async read(cloud, id, state) {
    const [Name, Id] = id.split('|');
    return (await cloud.find('wafv2', 'GetWebACL', { Name, Id, Scope: state.scope })) && {};
  },
  async delete(cloud, id, state) {
    const [Name, Id] = id.split('|');
    const found = await cloud.find('wafv2', 'GetWebACL', { Name, Id, Scope: state.scope });
    if (found)
      await cloud.find('wafv2', 'DeleteWebACL', { Name, Id, Scope: state.scope, LockToken: found.LockToken });
  },
};

const webAclAssociation: Spec = {
  replace: ['webAclArn', 'resourceArn'],
  async create(cloud, inputs) {
    await cloud.call('wafv2', 'AssociateWebACL', {
      WebACLArn: inputs.webAclArn,
      ResourceArn: inputs.resourceArn,
    });
    return { id: `${inputs.webAclArn},${inputs.resourceArn}`, computed: {} };
  },
  read: async (cloud, _id, state) =>
    (await cloud.find('wafv2', 'GetWebACLForResource', { ResourceArn: state.resourceArn })) && {},
  async delete(cloud, _id, state) {
    await cloud.find('wafv2', 'DisassociateWebACL', { ResourceArn: state.resourceArn });
  },
};

const certificate: Spec = {
  computed: ['arn', 'domainValidationOptions'],
  replace: ['domainName', 'validationMethod'],
  async create(cloud, inputs) {
    const { CertificateArn } = await cloud.call<{ CertificateArn: string }>('acm', 'RequestCertificate', {
      DomainName: inputs.domainName,
      ValidationMethod: inputs.validationMethod,
    });
    return {
      id: CertificateArn,
      computed: {
        arn: CertificateArn,
        domainValidationOptions: [
          {
            domainName: inputs.domainName,
            resourceRecordName: `_validate.${inputs.domainName}`,
            resourceRecordType: 'CNAME',
            resourceRecordValue: '_value.acm-validations.aws',
          },
        ],
      },
    };
  },
  read: async (cloud, id) => (await cloud.find('acm', 'DescribeCertificate', { CertificateArn: id })) && {},
  delete: async (cloud, id) => void (await cloud.find('acm', 'DeleteCertificate', { CertificateArn: id })),
};

const certificateValidation: Spec = {
  replace: ['certificateArn'],
  create: async (_cloud, inputs) => ({ id: String(inputs.certificateArn), computed: {} }),
  update: async () => ({}),
  read: async (cloud, id) => (await cloud.find('acm', 'DescribeCertificate', { CertificateArn: id })) && {},
  delete: async () => {},
};

function toRecordSet(inputs: Values): Values {
  const alias = (inputs.aliases as Values[] | undefined)?.[0];
  return defined({
    Name: inputs.name,
    Type: inputs.type,
    TTL: inputs.ttl,
    ResourceRecords: (inputs.records as string[] | undefined)?.map((Value) => ({ Value })),
    AliasTarget: alias && {
      HostedZoneId: alias.zoneId,
      DNSName: alias.name,
      EvaluateTargetHealth: alias.evaluateTargetHealth,
    },
  });
}

const record: Spec = {
  computed: ['fqdn'],
  replace: ['zoneId', 'name', 'type'],
  async create(cloud, inputs) {
    await cloud.call('route53', 'ChangeResourceRecordSets', {
      HostedZoneId: inputs.zoneId,
      ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet: toRecordSet(inputs) }] },
    });
    return { id: `${inputs.zoneId}_${inputs.name}_${inputs.type}`, computed: { fqdn: inputs.name } };
  },
  async update(cloud, _id, inputs, _state, name) {
    return (await record.create(cloud, inputs, name)).computed;
  },
  async read(cloud, _id, state) {
    const found = await cloud.find<{ ResourceRecordSets: Values[] }>('route53', 'ListResourceRecordSets', {
      HostedZoneId: state.zoneId,
    });
    const name = String(state.name).replace(/\.?$/, '.');
    return found?.ResourceRecordSets.some((it) => it.Name === name && it.Type === state.type)
      ? {}
      : undefined;
  },
  async delete(cloud, _id, state) {
    await cloud.find('route53', 'ChangeResourceRecordSets', {
      HostedZoneId: state.zoneId,
      ChangeBatch: { Changes: [{ Action: 'DELETE', ResourceRecordSet: toRecordSet(state) }] },
    });
  },
};

/** Tasks, services and their cluster. */
export const COMPUTE_SPECS: Specs = {
  'lb/loadBalancer:LoadBalancer': loadBalancer,
  'lb/targetGroup:TargetGroup': targetGroup,
  'lb/listener:Listener': listener,
  'lb/listenerRule:ListenerRule': listenerRule,
  'lb/listenerCertificate:ListenerCertificate': listenerCertificate,
  'ecs/cluster:Cluster': cluster,
  'ecs/taskDefinition:TaskDefinition': taskDefinition,
  'ecs/service:Service': service,
  'iam/role:Role': role,
  'iam/rolePolicy:RolePolicy': rolePolicy,
  'ecr/repository:Repository': repository,
  'ecr/lifecyclePolicy:LifecyclePolicy': lifecyclePolicy,
  'elasticache/subnetGroup:SubnetGroup': subnetGroup,
  'elasticache/replicationGroup:ReplicationGroup': replicationGroup,
  'servicediscovery/httpNamespace:HttpNamespace': namespace,
  'appautoscaling/target:Target': scalingTarget,
  'appautoscaling/policy:Policy': scalingPolicy,
  'wafv2/webAcl:WebAcl': webAcl,
  'wafv2/webAclAssociation:WebAclAssociation': webAclAssociation,
  'acm/certificate:Certificate': certificate,
  'acm/certificateValidation:CertificateValidation': certificateValidation,
  'route53/record:Record': record,
};
