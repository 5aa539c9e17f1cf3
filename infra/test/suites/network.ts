/** Every port is reachable only from where it must be. */
import { describe, expect, it } from '@jest/globals';
import { find, type Graph, ofType } from '../support/graph.ts';
import type { Graphs } from '../support/stacks.ts';

/** The peer of a rule as a name: the security group's, or the outside's. */
function peerOf(inputs: Record<string, unknown>): string {
  const peer = inputs.referencedSecurityGroupId ?? inputs.prefixListId ?? inputs.cidrIpv4 ?? inputs.cidrIpv6;
  return String(peer).replace(/-id$/, '');
}

/** The rules of one direction as `from -> to:port`, sorted. */
function connections(graph: Graph, direction: 'Ingress' | 'Egress'): string[] {
  const type = `vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`;
  return ofType(graph, type)
    .map(({ inputs }) => {
      const own = String(inputs.securityGroupId).replace(/-id$/, '');
      const [from, to] = direction === 'Ingress' ? [peerOf(inputs), own] : [own, peerOf(inputs)];
      const ports =
        inputs.fromPort === inputs.toPort ? inputs.fromPort : `${inputs.fromPort}-${inputs.toPort}`;
      return `${from} -> ${to}:${inputs.ipProtocol}/${ports}`;
    })
    .sort();
}

const INSIDE = [
  'load-balancer -> order-api:tcp/8000',
  'order-api -> aws-endpoints:tcp/443',
  'order-api -> cache:tcp/6379',
  'order-processor -> aws-endpoints:tcp/443',
  'order-processor -> cache:tcp/6379',
  'order-processor -> scoring:tcp/50051',
  'scoring -> aws-endpoints:tcp/443',
  'scoring -> cache:tcp/6379',
];
/** Connections of webhooks and payments. */
const INTEGRATIONS = ['load-balancer -> scoring:tcp/8081', 'webhooks -> aws-endpoints:tcp/443'];
/** Connections of the operators' console. */
const CONSOLE = [
  'load-balancer -> operations:tcp/8090',
  'operations -> aws-endpoints:tcp/443',
  'operations -> cache:tcp/6379',
  'operations -> order-processor:tcp/9090',
  'operations -> scoring:tcp/50051',
  'operations -> scoring:tcp/8081',
];
const TO_INTERNET = ['operations', 'scoring', 'webhooks'].map((task) => `${task} -> 0.0.0.0/0:tcp/443`);
const TO_AWS = ['order-api', 'order-processor', 'scoring'].flatMap((task) => [
  `${task} -> pl-dynamodb:tcp/443`,
  `${task} -> pl-s3:tcp/443`,
]);

export function describeNetwork(graphs: Graphs): void {
  describe('the network', () => {
    it('lets clients of dev in on port 80 and members talk along the chain, and nothing else', () => {
      expect(connections(graphs.dev, 'Ingress')).toEqual(
        ['0.0.0.0/0 -> load-balancer:tcp/80', ...INSIDE].sort(),
      );
    });

    it('adds HTTPS and events of Stripe in prod', () => {
      expect(connections(graphs.prod, 'Ingress')).toEqual(
        [
          '0.0.0.0/0 -> load-balancer:tcp/443',
          '0.0.0.0/0 -> load-balancer:tcp/80',
          ...INSIDE,
          ...INTEGRATIONS,
          ...CONSOLE,
        ].sort(),
      );
    });

    it.each(['dev', 'prod'] as const)(
      'lets out of %s what is let in elsewhere, to DynamoDB and S3, and what pays or delivers to the Internet',
      (stack) => {
        const prod = [
          ...[...INTEGRATIONS, ...CONSOLE, ...TO_INTERNET],
          ...['webhooks', 'operations'].flatMap((task) => [
            `${task} -> pl-dynamodb:tcp/443`,
            `${task} -> pl-s3:tcp/443`,
          ]),
        ];
        expect(connections(graphs[stack], 'Egress')).toEqual(
          [...INSIDE, ...TO_AWS, ...(stack === 'prod' ? prod : [])].sort(),
        );
      },
    );

    it.each(['dev', 'prod'] as const)('leaves the default group of %s without rules', (stack) => {
      const { inputs } = find(graphs[stack], 'ec2/defaultSecurityGroup:DefaultSecurityGroup', 'network');
      expect(inputs).toEqual({ vpcId: 'vpc-1', ingress: [], egress: [] });
    });

    it.each([
      ['dev', 2, 1, 'None'],
      ['prod', 3, 3, 'OnePerAz'],
    ] as const)('spans zones in %s', (stack, zones, endpointZones, strategy) => {
      const { inputs } = find(graphs[stack], 'ec2:Vpc', 'network');
      expect(inputs).toMatchObject({ numberOfAvailabilityZones: zones, natGateways: { strategy } });
      const sqs = find(graphs[stack], 'ec2/vpcEndpoint:VpcEndpoint', 'sqs').inputs;
      expect(sqs.subnetIds).toHaveLength(endpointZones);
    });

    it.each(['dev', 'prod'] as const)('reaches AWS from %s without the Internet', (stack) => {
      const services = ofType(graphs[stack], 'ec2/vpcEndpoint:VpcEndpoint').map(
        ({ inputs }) => inputs.serviceName,
      );
      expect(services.sort()).toEqual(
        ['dynamodb', 'ecr.api', 'ecr.dkr', 'logs', 's3', 'secretsmanager', 'sns', 'sqs'].map(
          (service) => `com.amazonaws.eu-central-1.${service}`,
        ),
      );
    });

    it('opens the S3 endpoint for image layers alone', () => {
      const { inputs } = find(graphs.prod, 'ec2/vpcEndpoint:VpcEndpoint', 's3');
      expect(JSON.parse(String(inputs.policy)).Statement[0]).toMatchObject({
        Action: ['s3:GetObject'],
        Resource: ['arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*'],
      });
    });

    it.each(['dev', 'prod'] as const)('gives tasks of %s private subnets and no public address', (stack) => {
      const services = ofType(graphs[stack], 'ecs/service:Service');
      expect(services).toHaveLength(stack === 'prod' ? 5 : 3);
      for (const { inputs, name } of services) {
        expect(inputs.networkConfiguration).toEqual({
          subnets: (find(graphs[stack], 'ec2:Vpc', 'network').inputs.numberOfAvailabilityZones === 2
            ? [1, 2]
            : [1, 2, 3]
          ).map((zone) => `subnet-private-${zone}`),
          securityGroups: [`${name}-id`],
          assignPublicIp: false,
        });
      }
    });
  });

  describe('the load balancer', () => {
    it('redirects to HTTPS in prod, with TLS 1.2 at least', () => {
      const http = find(graphs.prod, 'lb/listener:Listener', 'http').inputs;
      expect(http).toMatchObject({ port: 80, defaultActions: [{ type: 'redirect' }] });
      const https = find(graphs.prod, 'lb/listener:Listener', 'https').inputs;
      expect(https).toMatchObject({
        port: 443,
        protocol: 'HTTPS',
        sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
        certificateArn: 'arn:aws:acm:eu-central-1:123456789012:api-auto',
      });
    });

    it('proves the certificate and names the load balancer in the zone', () => {
      const records = ofType(graphs.prod, 'route53/record:Record').map(({ inputs }) => [
        inputs.type,
        inputs.name,
      ]);
      expect(records.sort()).toEqual([
        ['A', 'operations.acme.shop'],
        ['A', 'orders.acme.shop'],
        ['CNAME', '_validate.operations.acme.shop'],
        ['CNAME', '_validate.orders.acme.shop'],
      ]);
    });

    it.each(['dev', 'prod'] as const)('hides /metrics and unknown hosts in %s', (stack) => {
      const hide = find(graphs[stack], 'lb/listenerRule:ListenerRule', 'hide-metrics').inputs;
      expect(hide).toMatchObject({
        priority: 1,
        conditions: [{ pathPattern: { values: ['/metrics', '/metrics/*'] } }],
        actions: [{ type: 'fixed-response', fixedResponse: { statusCode: '404' } }],
      });
    });

    it('leads events of Stripe, and nothing else, to scoring in prod', () => {
      expect(find(graphs.prod, 'lb/listenerRule:ListenerRule', 'stripe-events').inputs).toMatchObject({
        priority: 5,
        conditions: [
          { pathPattern: { values: ['/webhooks/stripe'] } },
          { httpRequestMethod: { values: ['POST'] } },
        ],
        actions: [
          { type: 'forward', targetGroupArn: 'arn:aws:lb:eu-central-1:123456789012:stripe-events-auto' },
        ],
      });
      expect(find(graphs.prod, 'ecs/service:Service', 'scoring').inputs).toMatchObject({
        loadBalancers: [
          {
            containerName: 'scoring',
            containerPort: 8081,
            targetGroupArn: 'arn:aws:lb:eu-central-1:123456789012:stripe-events-auto',
          },
        ],
        healthCheckGracePeriodSeconds: 30,
      });
      expect(find(graphs.dev, 'ecs/service:Service', 'scoring').inputs.loadBalancers).toBeUndefined();
    });

    it("leads the console's host name to operations over HTTPS, before the rules of the API", () => {
      const rule = find(graphs.prod, 'lb/listenerRule:ListenerRule', 'operations');
      expect(rule.inputs).toMatchObject({
        listenerArn: 'arn:aws:lb:eu-central-1:123456789012:https-auto',
        priority: 4,
        conditions: [{ hostHeader: { values: ['operations.acme.shop'] } }],
        actions: [
          { type: 'forward', targetGroupArn: 'arn:aws:lb:eu-central-1:123456789012:operations-auto' },
        ],
      });
      expect(find(graphs.prod, 'lb/listenerCertificate:ListenerCertificate', 'operations').inputs).toEqual({
        listenerArn: 'arn:aws:lb:eu-central-1:123456789012:https-auto',
        certificateArn: 'arn:aws:acm:eu-central-1:123456789012:operations-auto',
      });
      expect(find(graphs.prod, 'ecs/service:Service', 'operations').inputs).toMatchObject({
        desiredCount: 1,
        loadBalancers: [
          {
            containerName: 'operations',
            containerPort: 8090,
            targetGroupArn: 'arn:aws:lb:eu-central-1:123456789012:operations-auto',
          },
        ],
        serviceConnectConfiguration: { enabled: true },
      });
      expect(graphs.prod.outputs.operationsUrl).toBe('https://operations.acme.shop');
      expect(ofType(graphs.dev, 'lb/listenerRule:ListenerRule').map(({ name }) => name)).not.toContain(
        'operations',
      );
    });

    it('lets large bodies through the firewall: the services have limits of their own', () => {
      const { rules } = find(graphs.prod, 'wafv2/webAcl:WebAcl', 'waf').inputs as {
        rules: { name: string; statement: { managedRuleGroupStatement?: object } }[];
      };
      const common = rules.find(({ name }) => name === 'AWSManagedRulesCommonRuleSet');
      expect(common?.statement.managedRuleGroupStatement).toMatchObject({
        ruleActionOverrides: [{ name: 'SizeRestrictions_BODY', actionToUse: { count: {} } }],
      });
    });

    it('has a web application firewall in prod only', () => {
      expect(ofType(graphs.prod, 'wafv2/webAclAssociation:WebAclAssociation')).toHaveLength(1);
      expect(ofType(graphs.dev, 'wafv2/webAcl:WebAcl')).toHaveLength(0);
    });

    it('asks for liveness, drains for 20 seconds, and cannot be deleted in prod', () => {
      for (const { inputs } of ofType(graphs.prod, 'lb/targetGroup:TargetGroup')) {
        expect(inputs).toMatchObject({
          deregistrationDelay: 20,
          targetType: 'ip',
          healthCheck: { path: '/health' },
        });
      }
      expect(find(graphs.prod, 'lb/loadBalancer:LoadBalancer', 'entry').inputs.enableDeletionProtection).toBe(
        true,
      );
    });
  });

  describe('the cache', () => {
    it.each([
      ['dev', 1, false],
      ['prod', 2, true],
    ] as const)(
      'is encrypted, wants a password, and has a standby where asked for (%s)',
      (stack, nodes, standby) => {
        expect(
          find(graphs[stack], 'elasticache/replicationGroup:ReplicationGroup', 'cache').inputs,
        ).toMatchObject({
          engine: 'valkey',
          numCacheClusters: nodes,
          automaticFailoverEnabled: standby,
          multiAzEnabled: standby,
          atRestEncryptionEnabled: true,
          transitEncryptionEnabled: true,
          transitEncryptionMode: 'required',
          securityGroupIds: ['cache-id'],
        });
      },
    );
  });
}
