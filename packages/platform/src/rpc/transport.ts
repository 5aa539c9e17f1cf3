/** A Connect transport over a grpc-js channel: one try a call, always with a deadline. */
import {
  create,
  type DescMessage,
  type DescMethodStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { Code, ConnectError, type StreamResponse, type UnaryResponse } from '@connectrpc/connect';
import { type ChannelInterface, type Metadata, propagate, status } from '@grpc/grpc-js';
import { type GrpcCall, receiveStream, receiveUnary } from './grpc-call.js';
import { type HeaderPairs, toHeaders, toMetadata } from './metadata.js';
import { grpcPath } from './service.js';

/** As Connect's Transport, except that a call without a deadline cannot be written. */
export interface GrpcTransport {
  /** One try. Rejects with a ConnectError. */
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number,
    header: HeaderPairs | undefined,
    input: MessageInitShape<I>,
  ): Promise<UnaryResponse<I, O>>;
  /** One stream of responses. The first error ends it. */
  stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number,
    header: HeaderPairs | undefined,
    input: AsyncIterable<MessageInitShape<I>>,
  ): Promise<StreamResponse<I, O>>;
}

/** Speaks gRPC on the channel. */
export function createGrpcTransport(channel: ChannelInterface): GrpcTransport {
  return {
    async unary(method, signal, timeoutMs, header, input) {
      const request = encode(method.input, input);
      const call = openCall(channel, method, signal, timeoutMs);
      const answer = receiveUnary(call, toMetadata(header));
      sendLast(call, request);
      const { bytes, metadata, trailer } = await cancelable(call, signal, answer);
      return new LazyUnaryResponse(method, decode(method.output, bytes), metadata, trailer);
    },
    async stream(method, signal, timeoutMs, header, input) {
      const request = encode(method.input, await onlyMessage(method, input));
      const call = openCall(channel, method, signal, timeoutMs);
      const answer = receiveStream(call, toMetadata(header));
      sendLast(call, request);
      const metadata = await cancelable(call, signal, answer.metadata);
      return {
        stream: true,
        service: method.parent,
        method,
        header: toHeaders(metadata),
        trailer: answer.trailer,
        message: decodeAll(method.output, call, signal, answer.messages),
      };
    },
  };
}

/** A response whose headers are built only for a caller who reads them. */
class LazyUnaryResponse<I extends DescMessage, O extends DescMessage> implements UnaryResponse<I, O> {
  readonly stream = false;

  constructor(
    readonly method: DescMethodUnary<I, O>,
    readonly message: MessageShape<O>,
    private readonly metadata: Metadata | undefined,
    private readonly trailingMetadata: Metadata,
  ) {}

  get service() {
    return this.method.parent;
  }

  get header(): Headers {
    return this.metadata ? toHeaders(this.metadata) : new Headers();
  }

  get trailer(): Headers {
    return toHeaders(this.trailingMetadata);
  }
}

function openCall(
  channel: ChannelInterface,
  method: DescMethodUnary | DescMethodStreaming,
  signal: AbortSignal | undefined,
  timeoutMs: number,
): GrpcCall {
  if (signal?.aborted) throw canceled(signal);
  try {
    return channel.createCall(grpcPath(method), Date.now() + timeoutMs, null, null, propagate.DEFAULTS);
  } catch (cause) {
    throw new ConnectError('the client is closed', Code.FailedPrecondition, undefined, undefined, cause);
  }
}

function sendLast(call: GrpcCall, request: Buffer): void {
  call.sendMessageWithContext({}, request);
  call.halfClose();
}

/** Cancels the call when the caller gives up before the answer is there. */
async function cancelable<T>(
  call: GrpcCall,
  signal: AbortSignal | undefined,
  answer: Promise<T>,
): Promise<T> {
  if (!signal) return answer;
  const cancel = () => call.cancelWithStatus(status.CANCELLED, 'the caller gave up');
  signal.addEventListener('abort', cancel);
  try {
    return await answer;
  } catch (error) {
    throw signal.aborted ? canceled(signal) : error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

function canceled(signal: AbortSignal): ConnectError {
  return ConnectError.from(signal.reason, Code.Canceled);
}

async function* decodeAll<O extends DescMessage>(
  desc: O,
  call: GrpcCall,
  signal: AbortSignal | undefined,
  messages: { next(): Promise<Buffer | undefined> },
): AsyncGenerator<MessageShape<O>> {
  try {
    for (;;) {
      const bytes = await cancelable(call, signal, messages.next());
      if (!bytes) return;
      yield decode(desc, bytes);
      if (signal?.aborted) throw canceled(signal);
    }
  } finally {
    // Ends a stream that the caller leaves early; a finished one takes no notice.
    call.cancelWithStatus(status.CANCELLED, 'the caller stopped reading');
  }
}

async function onlyMessage<T>(method: DescMethodStreaming, input: AsyncIterable<T>): Promise<T> {
  if (method.methodKind !== 'server_streaming')
    throw new ConnectError(
      `${grpcPath(method)} streams requests, which is not spoken here`,
      Code.Unimplemented,
    );
  for await (const message of input) return message;
  throw new ConnectError('a request message is missing', Code.InvalidArgument);
}

function encode<D extends DescMessage>(desc: D, message: MessageInitShape<D>): Buffer {
  try {
    const bytes = toBinary(desc, create(desc, message));
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (cause) {
    throw new ConnectError(`not a ${desc.typeName}`, Code.InvalidArgument, undefined, undefined, cause);
  }
}

function decode<D extends DescMessage>(desc: D, bytes: Buffer): MessageShape<D> {
  try {
    return fromBinary(desc, bytes);
  } catch (cause) {
    throw new ConnectError(
      `the answer is not a ${desc.typeName}`,
      Code.DataLoss,
      undefined,
      undefined,
      cause,
    );
  }
}
