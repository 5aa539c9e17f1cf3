/** A TCP proxy: gives a server another address, as a load balancer does, and can act as a faulty network. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline, Transform, type TransformCallback } from 'node:stream';
import { LOOPBACK } from '@order-pipeline/local/emulators';
import type { ActiveFaults } from './chaos/active-faults.js';
import type { TcpFault } from './chaos/schedule.js';

/** Options of a proxy. */
export interface TcpProxyOptions {
  /** Loopback address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** Port to listen on; a free one by default. */
  readonly port?: number;
  /** Target of new connections; undefined drops them. Can be set later. */
  readonly targetPort?: number;
  /** Faults of the network; none by default. */
  readonly faults?: ActiveFaults<TcpFault>;
}

/** A listening proxy. */
export interface TcpProxy {
  readonly port: number;
  targetPort: number | undefined;
  /** Cuts every connection and stops listening. Idempotent. */
  stop(): Promise<void>;
}

/** Interval between decisions to cut a connection, in milliseconds. */
const CUT_EVERY_MS = 250;

/** Starts a proxy. When one side of a connection closes, so does the other. */
export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const { host = LOOPBACK, port = 0, targetPort, faults } = options;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    client.on('error', () => undefined);
    if (faults?.has('refuse')) {
      faults.draw((fault) => fault === 'refuse');
      client.resetAndDestroy();
      return;
    }
    if (proxy.targetPort === undefined) {
      client.destroy();
      return;
    }
    open.add(client);
    client.once('close', () => open.delete(client));
    join(client, connect({ host: LOOPBACK, port: proxy.targetPort }), faults);
  });
  const cutter = setInterval(() => {
    if (!faults) return;
    for (const client of open) {
      // No connection is requested while one is open: connections to refuse are cut first.
      if (faults.has('refuse') || faults.draw((fault) => fault === 'cut')) client.resetAndDestroy();
    }
  }, CUT_EVERY_MS);
  server.listen(port, host);
  await once(server, 'listening');
  const proxy: TcpProxy = {
    port: (server.address() as AddressInfo).port,
    targetPort,
    stop: async () => {
      clearInterval(cutter);
      for (const client of open) client.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

/** Connects both ends in both directions. */
function join(client: Socket, upstream: Socket, faults: ActiveFaults<TcpFault> | undefined): void {
  const gone = () => {
    client.destroy();
    upstream.destroy();
  };
  if (faults) {
    pipeline(client, new Slow(faults), upstream, gone);
    pipeline(upstream, new Slow(faults), client, gone);
  } else {
    pipeline(client, upstream, gone);
    pipeline(upstream, client, gone);
  }
}

/** Delays every chunk as long as the fault says, and keeps their order. */
class Slow extends Transform {
  readonly #faults: ActiveFaults<TcpFault>;

  constructor(faults: ActiveFaults<TcpFault>) {
    super();
    this.#faults = faults;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const hit = this.#faults.draw((fault) => fault === 'latency');
    if (hit) setTimeout(done, hit.latencyMs, null, chunk);
    else done(null, chunk);
  }
}
