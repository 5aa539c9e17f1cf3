/** Handles grpc-js calls with Connect implementations, one handler per kind of method. */
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { Code, type ConnectError, type MethodImplSpec } from '@connectrpc/connect';
import type {
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import { decode, encode } from './codec.js';
import { GrpcHandlerContext } from './handler-context.js';

/** Turns anything that was thrown into the error that the client gets. */
type ToConnectError = (error: unknown) => ConnectError;

type Spec<K extends MethodImplSpec['kind']> = Extract<MethodImplSpec, { readonly kind: K }>;

/** Creates the handler of a method. Requests and responses are bytes. */
export function createHandler(spec: MethodImplSpec, fail: ToConnectError): UntypedHandleCall {
  switch (spec.kind) {
    case 'unary':
      return unaryHandler(spec, fail);
    case 'server_streaming':
      return serverStreamHandler(spec, fail);
    case 'client_streaming':
      return clientStreamHandler(spec, fail);
    case 'bidi_streaming':
      return bidiHandler(spec, fail);
  }
}

function unaryHandler({ method, impl }: Spec<'unary'>, fail: ToConnectError) {
  return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): Promise<void> => {
    const context = new GrpcHandlerContext(method, call);
    const respond = async () =>
      encode(method.output, await impl(decodeRequest(method.input, call.request), context));
    return sendResponse(callback, context, respond, fail);
  };
}

function clientStreamHandler({ method, impl }: Spec<'client_streaming'>, fail: ToConnectError) {
  return (call: ServerReadableStream<Buffer, Buffer>, callback: sendUnaryData<Buffer>): Promise<void> => {
    const context = new GrpcHandlerContext(method, call);
    const respond = async () =>
      encode(method.output, await impl(decodeRequests(method.input, call, context), context));
    return sendResponse(callback, context, respond, fail);
  };
}

/** Sends the one response of a call, or the status of its failure. */
async function sendResponse(
  callback: sendUnaryData<Buffer>,
  context: GrpcHandlerContext,
  respond: () => Promise<Buffer>,
  fail: ToConnectError,
): Promise<void> {
  try {
    const response = await respond();
    context.sendHeader();
    callback(null, response, context.trailer());
  } catch (error) {
    callback(context.toStatus(fail(error)));
  } finally {
    context.end();
  }
}

function serverStreamHandler({ method, impl }: Spec<'server_streaming'>, fail: ToConnectError) {
  return (call: ServerWritableStream<Buffer, Buffer>): Promise<void> => {
    const context = new GrpcHandlerContext(method, call);
    const respond = () => impl(decodeRequest(method.input, call.request), context);
    return sendResponses(call, context, respond, method.output, fail);
  };
}

function bidiHandler({ method, impl }: Spec<'bidi_streaming'>, fail: ToConnectError) {
  return (call: ServerDuplexStream<Buffer, Buffer>): Promise<void> => {
    const context = new GrpcHandlerContext(method, call);
    const respond = () => impl(decodeRequests(method.input, call, context), context);
    return sendResponses(call, context, respond, method.output, fail);
  };
}

/** Sends responses no faster than the client reads them, then the status. */
async function sendResponses<O extends DescMessage>(
  call: ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>,
  context: GrpcHandlerContext,
  respond: () => AsyncIterable<Parameters<typeof encode<O>>[1]>,
  desc: O,
  fail: ToConnectError,
): Promise<void> {
  try {
    for await (const message of respond()) {
      if (call.cancelled) break;
      const bytes = encode(desc, message);
      context.sendHeader();
      if (!call.write(bytes)) await writable(call);
    }
    context.sendHeader();
    call.end(context.trailer());
  } catch (error) {
    call.emit('error', context.toStatus(fail(error)));
  } finally {
    context.end();
  }
}

/** Waits until a slow client has caught up, or is gone. */
async function writable(call: ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>) {
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

/** Reads requests as the implementation consumes them. Rejects with the reason when the client cancels. */
async function* decodeRequests<I extends DescMessage>(
  desc: I,
  call: ServerReadableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>,
  context: GrpcHandlerContext,
): AsyncGenerator<MessageShape<I>> {
  try {
    // An implementation may respond before it has read everything: the call must outlive the loop.
    for await (const bytes of call.iterator({ destroyOnReturn: false })) yield decodeRequest(desc, bytes);
    await noticeCancellation(call);
    if (call.cancelled) throw context.cancelReason();
  } catch (error) {
    throw call.cancelled ? context.cancelReason() : error;
  }
}

/**
 * Makes grpc-js detect a reset stream: it reports the end of the requests before the cancellation, so the
 * implementation would mistake half of an upload for a complete one.
 */
async function noticeCancellation(
  call: ServerReadableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>,
) {
  // Checks whether the HTTP/2 stream is closed, and reports that on the next tick.
  call._read(0);
  await new Promise<void>((resolve) => process.nextTick(resolve));
}

function decodeRequest<I extends DescMessage>(desc: I, bytes: Uint8Array): MessageShape<I> {
  return decode(desc, bytes, Code.InvalidArgument, `the request is not a ${desc.typeName}`);
}
