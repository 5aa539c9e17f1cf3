/** Permissions name actions and resources. */
import { EKS_POLICIES, toManagedPolicyArn } from '../../src/decide/pod-permissions.ts';
import { createRule, demand, type Inspected, listOf } from './rule.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
}

/** Actions that know no resource: AWS takes them on `*` only. */
const RESOURCELESS_ACTIONS: readonly string[] = [
  'ecr:GetAuthorizationToken',
  'elasticloadbalancing:DescribeListeners',
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:DescribeTargetGroups',
  'elasticloadbalancing:DescribeTargetHealth',
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
];

/** Managed policies that EKS Auto Mode requires for its own roles: statements of ours could not keep up with them. */
const EKS_POLICY_ARNS: readonly string[] = Object.values(EKS_POLICIES).flat().map(toManagedPolicyArn);

/** In the policy of a key `*` is that key itself. */
const KEY = 'aws:kms/key:Key';

function checkPolicy(resource: Inspected): string[] {
  const { policy } = resource.inputs;
  if (policy === undefined) return [];
  const { Statement } = JSON.parse(String(policy)) as { Statement: Statement | Statement[] };
  return (listOf(Statement) as Statement[]).flatMap((statement) => checkStatement(statement, resource.type));
}

function checkStatement(statement: Statement, type: string): string[] {
  if (statement.Effect === 'Deny') return [];
  const actions = listOf(statement.Action).map(String);
  const wildcards = actions.filter((action) => action.includes('*'));
  const violations = wildcards.map((action) => `allows ${action}: name the actions`);
  if (statement.NotAction || statement.NotResource)
    violations.push('allows all but some: name what is allowed');
  const excused = type === KEY || actions.every((action) => RESOURCELESS_ACTIONS.includes(action));
  if (listOf(statement.Resource).includes('*') && !excused) {
    violations.push(`allows ${actions.join(', ')} on *: name the resources`);
  }
  return violations.map((violation) => `${statement.Sid ?? 'a statement'} ${violation}`);
}

/** No wildcards. */
export const leastPrivilege = createRule(
  'least-privilege',
  'Policies name their actions and resources; AWS-managed policies, which do not, are not used.',
  {
    'aws:iam/rolePolicy:RolePolicy': checkPolicy,
    'aws:iam/policy:Policy': checkPolicy,
    'aws:sqs/queuePolicy:QueuePolicy': checkPolicy,
    'aws:sns/topicPolicy:TopicPolicy': checkPolicy,
    'aws:ec2/vpcEndpoint:VpcEndpoint': checkPolicy,
    [KEY]: checkPolicy,
    'aws:iam/rolePolicyAttachment:RolePolicyAttachment': ({ inputs }) =>
      demand(
        EKS_POLICY_ARNS.includes(String(inputs.policyArn)),
        'attaches a shared policy: write the statements',
      ),
    'aws:iam/role:Role': ({ inputs }) =>
      listOf(inputs.managedPolicyArns).map((arn) => `attaches ${arn}: write the statements`),
  },
);
