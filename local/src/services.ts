/** The services of the stack: the same programs that run in production, with the settings of this machine. */
import { fileURLToPath } from 'node:url';
import type { LocalPorts } from './config.js';

/** The services, in the order in which they start. */
export const SERVICES = ['scoring', 'order-processor', 'webhooks', 'order-api'] as const;

/** The service that operators use; the others run without it. */
export const CONSOLE_SERVICE = 'operations';

/** A service of the stack. */
export type ServiceName = (typeof SERVICES)[number] | typeof CONSOLE_SERVICE;

/** The program of a service. */
export function serviceProgram(name: ServiceName): string {
  return fileURLToPath(new URL(`../../services/${name}/dist/main.js`, import.meta.url));
}

/** The settings in which a service differs from the others. */
export function serviceEnvironment(name: ServiceName, ports: LocalPorts): Record<string, string> {
  const scoring = `http://localhost:${ports.scoringGrpc}`;
  const settings: Readonly<Record<ServiceName, Record<string, string>>> = {
    scoring: { GRPC_PORT: String(ports.scoringGrpc), PORT: String(ports.scoringHttp) },
    'order-processor': {
      PORT: String(ports.processor),
      INVENTORY_URL: scoring,
      FRAUD_URL: scoring,
      PAYMENT_URL: scoring,
    },
    webhooks: { PORT: String(ports.webhooks) },
    'order-api': { PORT: String(ports.api), PUBLIC_BASE_URL: `http://localhost:${ports.api}` },
    operations: {
      PORT: String(ports.operations),
      GRPC_PORT: String(ports.operationsGrpc),
      INVENTORY_URL: scoring,
      FRAUD_URL: scoring,
      PAYMENT_URL: scoring,
      ORDER_API_URL: `http://localhost:${ports.api}`,
      HEALTH_URLS: SERVICES.map((service) => `${service}=${readyUrl(service, ports)}`).join(','),
    },
  };
  return settings[name];
}

/** Returns the address of a service's /ready. */
export function readyUrl(name: ServiceName, ports: LocalPorts): string {
  const readyPorts: Readonly<Record<ServiceName, number>> = {
    scoring: ports.scoringHttp,
    'order-processor': ports.processor,
    webhooks: ports.webhooks,
    'order-api': ports.api,
    operations: ports.operations,
  };
  return `http://localhost:${readyPorts[name]}/ready`;
}
