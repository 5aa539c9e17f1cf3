/** Opening and closing TCP listeners. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Another process listens on the port. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';

  readonly port: number;
  readonly variable: string;

  constructor(port: number, variable: string, options?: ErrorOptions) {
    super(`Port ${port} is in use: stop what listens there, or set ${variable} to a free port`, options);
    this.port = port;
    this.variable = variable;
  }
}

/**
 * Listens on `host`, or on all interfaces without one, and returns the port, which matters for port 0. Throws
 * PortInUseError.
 */
export async function listen(server: Server, port: number, variable: string, host?: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) =>
      reject(cause.code === 'EADDRINUSE' ? new PortInUseError(port, variable, { cause }) : cause);
    server.once('error', fail);
    server.listen({ port, ...(host && { host }) }, () => {
      server.off('error', fail);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

const IDLE_SWEEP_MS = 50;

/**
 * Stops accepting, lets requests in flight finish, and drops connections as they become idle: clients that keep one
 * open for its next request would hold the server until their timeout.
 */
export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
    server.close(() => {
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });
}
