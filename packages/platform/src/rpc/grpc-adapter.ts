/** Mounts Connect service implementations on a grpc-js server. */
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import type {
  Server,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceDefinition,
  sendUnaryData,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import type { Logger } from '../logger.js';
import { GrpcHandlerContext } from './grpc-context.js';
import { grpcPath, methodsOf, type RpcService, type ServedMethod } from './service.js';
import { toStatus } from './status.js';

/** Adds the service to the server. Its methods must throw ConnectErrors only, which `guardService` sees to. */
export function mountOnGrpc(server: Pick<Server, 'addService'>, service: RpcService, logger: Logger): void {
  const definition: Record<string, ServiceDefinition[string]> = {};
  const handlers: Record<string, UntypedHandleCall> = {};
  for (const spec of methodsOf(service)) {
    definition[spec.method.name] = {
      path: grpcPath(spec.method),
      requestStream: false,
      responseStream: spec.kind === 'server_streaming',
      // Bytes pass through: messages are coded in the handlers, where an error can still get the right status.
      requestSerialize: asBuffer,
      requestDeserialize: asBuffer,
      responseSerialize: asBuffer,
      responseDeserialize: asBuffer,
    };
    handlers[spec.method.name] =
      spec.kind === 'unary' ? unaryHandler(spec, logger) : serverStreamHandler(spec, logger);
  }
  server.addService(definition, handlers);
}

function asBuffer(bytes: Buffer): Buffer {
  return bytes;
}

function unaryHandler({ method, impl }: ServedMethod & { readonly kind: 'unary' }, logger: Logger) {
  return async (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): Promise<void> => {
    const context = new GrpcHandlerContext(method, call);
    try {
      const response = encode(method.output, await impl(decode(method.input, call.request), context));
      context.sendHeader();
      callback(null, response, context.trailer());
    } catch (error) {
      callback(toStatus(toConnectError(error, method, logger)));
    } finally {
      context.end();
    }
  };
}

function serverStreamHandler(
  { method, impl }: ServedMethod & { readonly kind: 'server_streaming' },
  logger: Logger,
) {
  return async (call: ServerWritableStream<Buffer, Buffer>): Promise<void> => {
    const context = new GrpcHandlerContext(method, call);
    try {
      let first = true;
      for await (const message of impl(decode(method.input, call.request), context)) {
        if (call.cancelled) break;
        if (first) context.sendHeader();
        first = false;
        if (!call.write(encode(method.output, message))) await writable(call);
      }
      call.end(context.trailer());
    } catch (error) {
      call.emit('error', toStatus(toConnectError(error, method, logger)));
    } finally {
      context.end();
    }
  };
}

/** Waits until a slow reader has caught up, or is gone. */
async function writable(call: ServerWritableStream<Buffer, Buffer>): Promise<void> {
  if (call.cancelled) return;
  await new Promise<void>((resolve) => {
    const settle = () => {
      call.off('drain', settle);
      call.off('cancelled', settle);
      resolve();
    };
    call.on('drain', settle);
    call.on('cancelled', settle);
  });
}

function decode<D extends DescMessage>(desc: D, bytes: Uint8Array): MessageShape<D> {
  try {
    return fromBinary(desc, bytes);
  } catch (cause) {
    throw new ConnectError(
      `the request is not a ${desc.typeName}`,
      Code.InvalidArgument,
      undefined,
      undefined,
      cause,
    );
  }
}

function encode<D extends DescMessage>(desc: D, message: MessageInitShape<D>): Buffer {
  const bytes = toBinary(desc, create(desc, message));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Guarded methods throw ConnectErrors; anything else is a response that cannot be encoded. */
function toConnectError(error: unknown, method: DescMethod, logger: Logger): ConnectError {
  if (error instanceof ConnectError) return error;
  logger.error({ err: error, method: grpcPath(method) }, 'a response could not be encoded');
  return new ConnectError('internal error', Code.Internal);
}
