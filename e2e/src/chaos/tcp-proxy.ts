/** Stands between the processor and scoring's gRPC port: slows connections down, cuts them, takes none. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline, Transform, type TransformCallback } from 'node:stream';
import { LOOPBACK } from '@order-pipeline/local/emulators';
import type { ActiveFaults } from './active-faults.js';
import type { FaultProxy } from './http-proxy.js';
import type { TcpFault } from './schedule.js';

/** What a proxy is given. */
export interface TcpProxyOptions {
  readonly targetPort: number;
  readonly faults: ActiveFaults<TcpFault>;
}

/** How often connections are looked at for cutting. */
const CUT_EVERY_MS = 250;

/** Starts a proxy on a free loopback port. */
export async function startTcpProxy({ targetPort, faults }: TcpProxyOptions): Promise<FaultProxy> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    client.on('error', () => undefined);
    if (faults.has('refuse')) {
      faults.draw('refuse');
      client.resetAndDestroy();
      return;
    }
    open.add(client);
    client.once('close', () => open.delete(client));
    join(client, connect({ host: LOOPBACK, port: targetPort }), faults);
  });
  const cutter = setInterval(() => {
    for (const client of open) {
      // Nobody asks for a connection while one stands: what is to be refused is cut first.
      if (faults.has('refuse') || faults.draw('cut')) client.resetAndDestroy();
    }
  }, CUT_EVERY_MS);
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      clearInterval(cutter);
      server.close();
      for (const client of open) client.destroy();
    },
  };
}

/** Connects both ends in both directions; when one goes, so does the other. */
function join(client: Socket, upstream: Socket, faults: ActiveFaults<TcpFault>): void {
  const gone = () => {
    client.destroy();
    upstream.destroy();
  };
  pipeline(client, new Slow(faults), upstream, gone);
  pipeline(upstream, new Slow(faults), client, gone);
}

/** Holds every chunk back for as long as the fault says, and keeps their order. */
class Slow extends Transform {
  constructor(private readonly faults: ActiveFaults<TcpFault>) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const hit = this.faults.draw('latency');
    if (hit) setTimeout(done, hit.latencyMs, null, chunk);
    else done(null, chunk);
  }
}
