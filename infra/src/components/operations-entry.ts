/** Entry of the operators' console: a host name of its own behind the load balancer, over HTTPS only. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { OperationsConfig } from '../config/types.ts';
import { PORTS } from '../decide/services.ts';
import { Certificate } from './certificate.ts';
import type { Entry } from './entry.ts';
import { createTargetGroup } from './target-group.ts';

/** Arguments of the entry. */
export interface OperationsEntryArgs {
  readonly entry: Pick<Entry, 'listenerArn' | 'dnsName' | 'dnsZoneId'>;
  readonly vpcId: pulumi.Input<string>;
  readonly operations: OperationsConfig;
  /** Route 53 zone of the certificate and the address record; absent where the certificate is given. */
  readonly hostedZoneId?: string;
}

/** Evaluated before the rules of the API, which match every host name, and after the rule that hides metrics. */
const PRIORITY = 4;

/** Target group of the console, its certificate, and the rule that forwards its host name to it. */
export class OperationsEntry extends pulumi.ComponentResource {
  readonly targetGroupArn: pulumi.Output<string>;
  /** Part of the ARN that identifies the target group in CloudWatch metrics. */
  readonly arnSuffix: pulumi.Output<string>;
  readonly url: string;

  constructor(name: string, args: OperationsEntryArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:OperationsEntry', name, {}, opts);
    const { entry, vpcId, operations } = args;
    const child = { parent: this };
    const group = createTargetGroup('operations', { vpcId, port: PORTS.operations.ops }, child);
    const certificate = new aws.lb.ListenerCertificate(
      'operations',
      { listenerArn: entry.listenerArn, certificateArn: this.#toCertificate(args) },
      child,
    );
    new aws.lb.ListenerRule(
      'operations',
      {
        listenerArn: entry.listenerArn,
        priority: PRIORITY,
        conditions: [{ hostHeader: { values: [operations.domainName] } }],
        actions: [{ type: 'forward', targetGroupArn: group.arn }],
      },
      { ...child, dependsOn: [certificate] },
    );
    this.#createRecord(args);
    this.targetGroupArn = group.arn;
    this.arnSuffix = group.arnSuffix;
    this.url = `https://${operations.domainName}`;
    this.registerOutputs({});
  }

  #toCertificate({ operations, hostedZoneId }: OperationsEntryArgs): pulumi.Input<string> {
    const { certificateArn, domainName } = operations;
    if (certificateArn !== undefined) return certificateArn;
    if (hostedZoneId === undefined)
      throw new Error(`${domainName} has no certificate: loadConfig reports it`);
    return new Certificate('operations', { domainName, hostedZoneId }, { parent: this }).arn;
  }

  #createRecord({ entry, operations, hostedZoneId }: OperationsEntryArgs): void {
    if (hostedZoneId === undefined) return;
    new aws.route53.Record(
      'operations',
      {
        zoneId: hostedZoneId,
        name: operations.domainName,
        type: 'A',
        aliases: [{ name: entry.dnsName, zoneId: entry.dnsZoneId, evaluateTargetHealth: true }],
      },
      { parent: this },
    );
  }
}
