/** Checks by grpc.health.v1 whether a server serves. */
import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from 'connect-grpc-js/health';

/** Resolves if the service is SERVING, rejects otherwise. A server without a health service counts as serving. */
export async function probeHealth(transport: Transport, service: string, timeoutMs: number): Promise<void> {
  const answer = transport.unary(Health.method.check, undefined, timeoutMs, undefined, { service });
  const status = await answer.then(
    ({ message }) => message.status,
    (error: unknown) => {
      if (ConnectError.from(error).code === Code.Unimplemented) return ServingStatus.SERVING;
      throw error;
    },
  );
  if (status !== ServingStatus.SERVING)
    throw new ConnectError(`${service} is ${ServingStatus[status]}`, Code.Unavailable);
}
