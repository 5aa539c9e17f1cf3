/** Asks a server's grpc.health.v1 whether it serves. */
import { Code, ConnectError } from '@connectrpc/connect';
import { type ChannelInterface, Metadata, propagate, type ServiceDefinition } from '@grpc/grpc-js';
import { service as healthDefinition } from 'grpc-health-check';
import { receiveUnary } from './grpc-call.js';

const CHECK = (healthDefinition as ServiceDefinition).Check as ServiceDefinition[string];

/** Resolves if the service is SERVING, rejects otherwise. A server without a health service counts as serving. */
export async function probeHealth(
  channel: ChannelInterface,
  service: string,
  timeoutMs: number,
): Promise<void> {
  const call = channel.createCall(CHECK.path, Date.now() + timeoutMs, null, null, propagate.DEFAULTS);
  const answer = receiveUnary(call, new Metadata());
  call.sendMessageWithContext({}, CHECK.requestSerialize({ service }));
  call.halfClose();
  try {
    const { status } = CHECK.responseDeserialize((await answer).bytes) as { readonly status: string };
    if (status !== 'SERVING') throw new ConnectError(`${service} is ${status}`, Code.Unavailable);
  } catch (error) {
    if (ConnectError.from(error).code !== Code.Unimplemented) throw error;
  }
}
