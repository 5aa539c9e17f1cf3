/** Allowed connections. Everything else is closed, in both directions. */
import { type Features, toDeployedServices } from './features.ts';
import { PORTS } from './services.ts';

/** A member of the network with a security group of its own. */
export type Member =
  | 'load-balancer'
  | 'order-api'
  | 'order-processor'
  | 'scoring'
  | 'webhooks'
  | 'operations'
  | 'cache'
  | 'aws-endpoints';

/** Every member. */
export const MEMBERS: readonly Member[] = [
  'load-balancer',
  'order-api',
  'order-processor',
  'scoring',
  'webhooks',
  'operations',
  'cache',
  'aws-endpoints',
];

/** A peer outside: the Internet, or AWS's ranges for a service that is reached through a gateway endpoint. */
export type Outside = 'internet' | 'dynamodb' | 's3';

/** One allowed TCP connection. */
export interface Flow {
  readonly from: Member | Outside;
  readonly to: Member | Outside;
  readonly port: number;
  readonly why: string;
}

/** Options that decide about the flows. */
export interface FlowOptions {
  readonly https: boolean;
  /** order-api fetches the keys of an OpenID issuer. */
  readonly oidc: boolean;
  readonly features: Features;
}

const HTTPS = 443;
const REDIS = 6379;

/** All allowed connections. */
export function toFlows({ https, oidc, features }: FlowOptions): Flow[] {
  const api = PORTS['order-api'].service.port;
  const rpc = PORTS.scoring.service.port;
  const flows: Flow[] = [
    { from: 'internet', to: 'load-balancer', port: 80, why: https ? 'redirect to HTTPS' : 'clients' },
    { from: 'load-balancer', to: 'order-api', port: api, why: 'requests and health checks' },
    { from: 'order-api', to: 'cache', port: REDIS, why: 'rate limits, idempotency keys' },
    { from: 'order-processor', to: 'cache', port: REDIS, why: 'status feed' },
    { from: 'scoring', to: 'cache', port: REDIS, why: 'fraud counters' },
    { from: 'order-processor', to: 'scoring', port: rpc, why: 'gRPC' },
  ];
  if (https) flows.push({ from: 'internet', to: 'load-balancer', port: HTTPS, why: 'clients' });
  if (oidc) flows.push({ from: 'order-api', to: 'internet', port: HTTPS, why: 'keys of the OpenID issuer' });
  if (features.webhooks)
    flows.push({ from: 'webhooks', to: 'internet', port: HTTPS, why: 'endpoints of merchants' });
  if (features.paymentGateway === 'stripe') {
    flows.push(
      { from: 'scoring', to: 'internet', port: HTTPS, why: 'Stripe' },
      { from: 'load-balancer', to: 'scoring', port: PORTS.scoring.ops, why: 'events of Stripe' },
    );
  }
  if (features.operations) flows.push(...toOperationsFlows());
  for (const task of toDeployedServices(features)) {
    flows.push(
      { from: task, to: 'aws-endpoints', port: HTTPS, why: 'SQS, image registry, logs, secrets' },
      { from: task, to: 'dynamodb', port: HTTPS, why: 'tables' },
      { from: task, to: 's3', port: HTTPS, why: 'image layers' },
    );
  }
  return flows;
}

/** Connections of the operators' console. */
function toOperationsFlows(): Flow[] {
  return [
    {
      from: 'load-balancer',
      to: 'operations',
      port: PORTS.operations.service.port,
      why: 'operators and health checks',
    },
    { from: 'operations', to: 'cache', port: REDIS, why: 'feed of orders, states of processes' },
    { from: 'operations', to: 'scoring', port: PORTS.scoring.service.port, why: 'gRPC' },
    { from: 'operations', to: 'scoring', port: PORTS.scoring.ops, why: 'readiness' },
    { from: 'operations', to: 'order-processor', port: PORTS['order-processor'].ops, why: 'readiness' },
    { from: 'operations', to: 'internet', port: HTTPS, why: 'the OpenID issuer, readiness of the API' },
  ];
}

/** Returns true when a peer is a member with a security group. */
export function isMember(peer: Member | Outside): peer is Member {
  return (MEMBERS as readonly string[]).includes(peer);
}
