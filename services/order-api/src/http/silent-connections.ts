/** Connections on which no request has arrived: a server that closes would wait for them forever. */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Time that a closing server waits for the first request of a connection, in milliseconds. */
const GRACE_MS = 1_000;

/** Keeps track of a server's silent connections. Returns a function that drops them, to be called when it closes. */
export function trackSilentConnections(server: Server): () => void {
  const silent = new Set<Socket>();
  function forget(this: Socket): void {
    silent.delete(this);
  }
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', forget);
  });
  server.on('request', ({ socket }: IncomingMessage) => silent.delete(socket));
  return () => {
    setTimeout(() => {
      for (const socket of silent) socket.destroy();
    }, GRACE_MS).unref();
  };
}
