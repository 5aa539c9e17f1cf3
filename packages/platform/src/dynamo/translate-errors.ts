/** A client whose errors are translated. */
import type { DynamoClient } from './client.js';

/** Returns a client that rejects with what `translate` makes of each error; the error itself to leave it as it is. */
export function translateErrors(client: DynamoClient, translate: (error: unknown) => unknown): DynamoClient {
  const translated =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      try {
        return await call.apply(client, args);
      } catch (error) {
        throw translate(error);
      }
    };
  return {
    get: translated(client.get),
    batchGet: translated(client.batchGet),
    put: translated(client.put),
    update: translated(client.update),
    query: translated(client.query),
    scan: translated(client.scan),
    destroy: () => client.destroy(),
  };
}
