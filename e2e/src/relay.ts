/** A TCP relay: gives a server another address, as a load balancer or a container's network does. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A relay that accepts connections. */
export interface Relay {
  readonly port: number;
  /** Where connections go from now on; connections without a target are dropped. */
  target: number | undefined;
  stop(): Promise<void>;
}

/** Listens on the address and passes bytes on. When one side of a connection goes, so does the other. */
export async function startRelay(host: string, port: number): Promise<Relay> {
  const open = new Set<Socket>();
  const server = createServer((inbound) => {
    if (relay.target === undefined) {
      inbound.destroy();
      return;
    }
    const outbound = connect(relay.target, '127.0.0.1');
    for (const [one, other] of [
      [inbound, outbound],
      [outbound, inbound],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => undefined);
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  }).listen(port, host);
  await once(server, 'listening');
  const relay: Relay = {
    port: (server.address() as AddressInfo).port,
    target: undefined,
    stop: async () => {
      for (const socket of open) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
  return relay;
}
