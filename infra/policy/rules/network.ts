/** Nothing is reachable but the load balancer, and that only where clients come in. */
import { createRule, demand, type Inspected, listOf } from './rule.ts';

const PUBLIC_PORTS = [80, 443];
const ANYWHERE = ['0.0.0.0/0', '::/0'];

/** The rules of who reaches the load balancer carry this in their name (`internet-to-load-balancer-443`). */
const ENTRY = 'internet-to-load-balancer';

function checkIngress({ name, inputs }: Inspected): string[] {
  const open = ANYWHERE.includes(String(inputs.cidrIpv4)) || ANYWHERE.includes(String(inputs.cidrIpv6));
  const port = inputs.fromPort;
  const single = inputs.ipProtocol === 'tcp' && port !== undefined && port === inputs.toPort;
  return [
    ...demand(single, 'opens more than one TCP port: name the port'),
    ...demand(
      !open || (PUBLIC_PORTS.includes(Number(port)) && name.startsWith(ENTRY)),
      `opens port ${port} to the Internet: only the load balancer may be reached, on ${PUBLIC_PORTS.join(' and ')}`,
    ),
  ];
}

function checkEgress({ inputs }: Inspected): string[] {
  return demand(
    inputs.ipProtocol === 'tcp' && inputs.fromPort === inputs.toPort && inputs.fromPort !== undefined,
    'lets out more than one TCP port: name the port',
  );
}

/** Rules are separate resources, one for each flow: the check of flows does not see rules inside a group. */
function hasNoRulesInside({ inputs }: Inspected): string[] {
  const inside = listOf(inputs.ingress).length + listOf(inputs.egress).length;
  return demand(inside === 0, 'has rules inside: write them as flows in decide/flows.ts');
}

/** Security groups. */
export const closedNetwork = createRule(
  'closed-network',
  'Only the load balancer is reachable from the Internet; every rule names one port.',
  {
    'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': checkIngress,
    'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': checkEgress,
    'aws:ec2/securityGroup:SecurityGroup': hasNoRulesInside,
    'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup': hasNoRulesInside,
    'aws:ec2/securityGroupRule:SecurityGroupRule': () => ['use the rules of aws.vpc, one a flow'],
    'aws:ecs/service:Service': ({ inputs }) => {
      const network = inputs.networkConfiguration as { assignPublicIp?: boolean } | undefined;
      return demand(
        network?.assignPublicIp === false,
        'gives tasks public addresses: set assignPublicIp to false',
      );
    },
  },
);
