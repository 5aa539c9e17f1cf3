/** Takes spans in the place of the collector. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A running receiver. */
export interface SpanReceiver {
  readonly url: string;
  /** Services of which no span has come yet. */
  missing(services: readonly string[]): string[];
  stop(): Promise<void>;
}

/** Starts a receiver of OTLP over HTTP on a free port. */
export async function startSpanReceiver(): Promise<SpanReceiver> {
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces') bodies.push(Buffer.concat(chunks));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    // Names are texts in the messages, in any encoding.
    missing: (services) => services.filter((service) => !bodies.some((body) => body.includes(service))),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
