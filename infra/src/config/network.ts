/** The settings of the network and of the way in. */
import { type EnvReader, type Invalid, orUndefined, type Stage } from '@order-pipeline/platform/env';
import { z } from 'zod';
import { findCidrProblem } from '../decide/cidr.ts';
import { MAX_ZONES } from '../decide/subnets.ts';
import type { EntryConfig } from './types.ts';

/** Reads the VPC's range. */
export function readVpcCidr(reader: EnvReader): string | Invalid {
  const schema = z
    .string()
    .default('10.0.0.0/16')
    .superRefine((text, context) => {
      const message = findCidrProblem(text);
      if (message) context.addIssue({ code: 'custom', message });
    });
  const remedy = 'set a private range of /16 to /22, such as 10.0.0.0/16 (10/8, 172.16/12 or 192.168/16)';
  return reader.read('vpcCidr', schema, remedy);
}

/** Reads the number of zones. */
export function readZones(reader: EnvReader): number | Invalid {
  return reader.integer('zones', 2, 2, MAX_ZONES);
}

/** Reads how the API is reached, and refuses a certificate that the load balancer cannot use. */
export function readEntry(
  reader: EnvReader,
  stage: Stage | Invalid,
  region: string | undefined,
): EntryConfig {
  const text = (key: string, pattern: RegExp, error: string, remedy: string) =>
    orUndefined(reader.read(key, z.string().regex(pattern, { error }).optional(), remedy));
  const domainName = text(
    'domainName',
    /^([a-z0-9-]+\.)+[a-z]{2,}$/,
    'not a domain name',
    'set api.example.com',
  );
  const hostedZoneId = text(
    'hostedZoneId',
    /^Z[A-Z0-9]+$/,
    "not a zone's id",
    'set the id of a Route 53 zone',
  );
  const certificateArn = text(
    'certificateArn',
    /^arn:aws[a-z-]*:acm:[^:]+:\d{12}:certificate\/.+$/,
    "not a certificate's ARN",
    "set the ARN of a certificate in the stack's region",
  );
  const certificateRegion = certificateArn?.split(':')[3];
  if (region && certificateRegion && certificateRegion !== region) {
    reader.report(
      'certificateArn',
      `is a certificate of ${certificateRegion}`,
      `request one in ${region}, where the load balancer is`,
    );
  }
  if (domainName && hostedZoneId && certificateArn) {
    reader.report('certificateArn', 'is set beside hostedZoneId', 'set only one of the two');
  }
  if (domainName && certificateArn) return { scheme: 'https', domainName, certificateArn };
  if (domainName && hostedZoneId) return { scheme: 'https', domainName, hostedZoneId };
  if (domainName) {
    reader.report('domainName', 'has no certificate', 'set hostedZoneId or certificateArn as well');
  } else if (hostedZoneId || certificateArn) {
    reader.report('domainName', 'is not set', 'set the name under which clients reach the API');
  } else if (stage !== 'dev') {
    reader.report(
      'domainName',
      'is not set, and plain HTTP is for dev only',
      'pulumi config set domainName api.example.com and hostedZoneId or certificateArn',
    );
  }
  return { scheme: 'http' };
}
