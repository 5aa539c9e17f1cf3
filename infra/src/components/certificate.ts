/** TLS certificate, validated by a record in a Route 53 zone and renewed automatically. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** Arguments of the certificate. */
export interface CertificateArgs {
  readonly domainName: string;
  readonly hostedZoneId: string;
}

/** A validated certificate. */
export class Certificate extends pulumi.ComponentResource {
  /** ARN, known once the certificate is valid. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Certificate', name, {}, opts);
    const child = { parent: this };
    const certificate = new aws.acm.Certificate(
      name,
      { domainName: args.domainName, validationMethod: 'DNS' },
      child,
    );
    const proof = certificate.domainValidationOptions.apply(([option]) => {
      if (!option) throw new Error(`ACM gave no validation record for ${args.domainName}`);
      return option;
    });
    const record = new aws.route53.Record(
      name,
      {
        zoneId: args.hostedZoneId,
        name: proof.resourceRecordName,
        type: proof.resourceRecordType,
        records: [proof.resourceRecordValue],
        ttl: 300,
        allowOverwrite: true,
      },
      child,
    );
    this.arn = new aws.acm.CertificateValidation(
      name,
      { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
      child,
    ).certificateArn;
    this.registerOutputs({});
  }
}
