/** The rules of the policy pack on clusters, and the permissions around pods. */
import { describe, expect, it } from '@jest/globals';
import { closedClusters } from '../policy/rules/cluster.ts';
import { leastPrivilege } from '../policy/rules/permissions.ts';
import { toAddOnStatements, toManagedPolicyArn, toPodTrust } from '../src/decide/pod-permissions.ts';

const inspected = (type: string, inputs: Record<string, unknown>, protect = true) => ({
  urn: `urn:pulumi:prod::order-pipeline::${type}::x`,
  type,
  name: 'x',
  inputs,
  protect,
});

const SOUND = {
  vpcConfig: { endpointPrivateAccess: true, endpointPublicAccess: false, subnetIds: ['a', 'b', 'c'] },
  encryptionConfig: { resources: ['secrets'], provider: { keyArn: 'arn:key' } },
  accessConfig: { authenticationMode: 'API' },
  enabledClusterLogTypes: ['audit'],
  deletionProtection: true,
};

const check = (change: Record<string, unknown>, protect = true) =>
  closedClusters.check(inspected('aws:eks/cluster:Cluster', { ...SOUND, ...change }, protect));

describe('closed-clusters', () => {
  it('says nothing about a sound cluster', () => {
    expect(check({})).toEqual([]);
    const open = { ...SOUND.vpcConfig, endpointPublicAccess: true, publicAccessCidrs: ['203.0.113.0/24'] };
    expect(check({ vpcConfig: open })).toEqual([]);
  });

  it.each([
    [{ vpcConfig: { endpointPrivateAccess: true, subnetIds: ['a', 'b', 'c'] } }, 'open to the Internet'],
    [
      { vpcConfig: { ...SOUND.vpcConfig, endpointPublicAccess: true, publicAccessCidrs: ['0.0.0.0/0'] } },
      'open to the Internet',
    ],
    [{ vpcConfig: { ...SOUND.vpcConfig, endpointPrivateAccess: false } }, 'outside of the network'],
    [{ vpcConfig: { ...SOUND.vpcConfig, subnetIds: ['a', 'b'] } }, 'fewer than 3 zones'],
    [{ encryptionConfig: undefined }, 'secrets in the clear'],
    [{ accessConfig: { authenticationMode: 'CONFIG_MAP' } }, 'set authenticationMode to API'],
    [{ enabledClusterLogTypes: ['api'] }, 'no audit log'],
    [{ deletionProtection: false }, 'deletionProtection in prod'],
  ])('refuses %j', (change, violation) => {
    expect(check(change)).toEqual([expect.stringContaining(violation)]);
  });

  it('refuses a cluster of prod that could be deleted', () => {
    expect(check({}, false)).toEqual([expect.stringContaining('set protect')]);
  });

  it('refuses a role that every pod could take', () => {
    const trust = toPodTrust({ namespace: 'n', account: 'a' }, { podIdentity: true });
    const role = (assumeRolePolicy: string) =>
      closedClusters.check(inspected('aws:iam/role:Role', { assumeRolePolicy }));
    expect(role(trust)).toEqual([]);
    expect(role(trust.replaceAll('aws:RequestTag/kubernetes-service-account', 'aws:RequestTag/x'))).toEqual([
      'PodIdentity lets every pod of a cluster take the role: name the service account',
    ]);
  });
});

describe('least-privilege', () => {
  it.each([
    ['AmazonEKSWorkerNodeMinimalPolicy', []],
    ['AdministratorAccess', ['attaches a shared policy: write the statements']],
  ])('%s on a role of EKS', (name, violations) => {
    const inputs = { policyArn: toManagedPolicyArn(name) };
    expect(
      leastPrivilege.check(inspected('aws:iam/rolePolicyAttachment:RolePolicyAttachment', inputs)),
    ).toEqual(violations);
  });
});

describe('permissions around pods', () => {
  it('name every issuer that is used, and no other', () => {
    const sids = (issuers: Parameters<typeof toPodTrust>[1]) =>
      JSON.parse(toPodTrust({ namespace: 'n', account: 'a' }, issuers)).Statement.map(
        ({ Sid }: { Sid: string }) => Sid,
      );
    const oidcProviderArn = 'arn:aws:iam::1:oidc-provider/issuer/id/1';
    const vaultRoleArn = 'arn:aws:iam::1:role/vault';
    expect(sids({ podIdentity: true })).toEqual(['PodIdentity']);
    expect(sids({ podIdentity: false, oidcProviderArn })).toEqual(['Irsa']);
    expect(sids({ podIdentity: false, vaultRoleArn })).toEqual(['Vault']);
    expect(sids({ podIdentity: true, oidcProviderArn, vaultRoleArn })).toEqual([
      'PodIdentity',
      'Irsa',
      'Vault',
    ]);
  });

  it.each([
    ['keda', ['sqs:GetQueueAttributes'], ['arn:queue']],
    [
      'external-secrets',
      ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      ['arn:jwt', 'arn:redis'],
    ],
    [
      'cert-manager',
      ['route53:ChangeResourceRecordSets', 'route53:ListResourceRecordSets', 'route53:GetChange'],
      ['arn:aws:route53:::hostedzone/Z1', 'arn:aws:route53:::change/*'],
    ],
  ] as const)('%s may do its own work only', (addOn, actions, resources) => {
    const arns = { queues: ['arn:queue'], secrets: ['arn:jwt', 'arn:redis'], hostedZoneId: 'Z1' };
    const statements = toAddOnStatements(addOn, arns);
    expect(statements.flatMap(({ Action }) => Action)).toEqual(actions);
    expect(statements.flatMap(({ Resource }) => Resource)).toEqual(resources);
  });
});
