/** A Connect transport over a grpc-js channel. */
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  type Interceptor,
  type StreamResponse,
  type Transport,
  type UnaryResponse,
} from '@connectrpc/connect';
import { type ChannelInterface, type Metadata, propagate, status } from '@grpc/grpc-js';
import { type GrpcCall, receiveStream, receiveUnary, type StreamAnswer } from './call.js';
import { decode, encode, methodPath } from './codec.js';
import { withInterceptors } from './interceptors.js';
import { type HeaderPairs, toHeaders, toMetadata } from './metadata.js';
import { sendRequests } from './requests.js';

/** Options of {@link createGrpcTransport}. */
export interface GrpcTransportOptions {
  /** Deadline in milliseconds of calls that set no `timeoutMs`. Without it such a call may wait forever. */
  readonly defaultTimeoutMs?: number;
  /** Run around every call; the first is the outermost. */
  readonly interceptors?: readonly Interceptor[];
  /** Start of the URLs that interceptors see. Default: `http://` and the channel's target. */
  readonly baseUrl?: string;
}

/**
 * Creates a Connect transport that speaks gRPC on a grpc-js channel: name resolution, load balancing, keepalive, TLS and
 * message limits are the channel's. Calls are made once; retries belong to the caller or to the channel's service config.
 *
 * @example
 * ```ts
 * const channel = new Channel('dns:///localhost:50051', credentials.createInsecure(), {});
 * const client = createClient(GreetService, createGrpcTransport(channel, { defaultTimeoutMs: 5_000 }));
 * const { greeting } = await client.greet({ name: 'Ada' });
 * ```
 */
export function createGrpcTransport(
  channel: ChannelInterface,
  options: GrpcTransportOptions = {},
): Transport {
  const { interceptors = [], defaultTimeoutMs = Number.POSITIVE_INFINITY } = options;
  const transport = createPlainTransport(channel, defaultTimeoutMs);
  if (interceptors.length === 0) return transport;
  return withInterceptors(transport, interceptors, options.baseUrl ?? urlOf(channel));
}

/** The URL of the channel's target, without the scheme of its resolver: `dns:///localhost:50051` is `http://localhost:50051`. */
function urlOf(channel: ChannelInterface): string {
  const target = channel.getTarget();
  const url = `http://${target.slice(target.lastIndexOf('/') + 1)}`;
  return URL.canParse(url) ? url : 'http://localhost';
}

function createPlainTransport(channel: ChannelInterface, defaultTimeoutMs: number): Transport {
  return {
    async unary(method, signal, timeoutMs = defaultTimeoutMs, header, input) {
      const request = encodeRequest(method.input, input);
      const endsAtMs = Date.now() + timeoutMs;
      const call = openCall(channel, methodPath(method), signal, timeoutMs);
      const unlink = linkSignal(call, signal);
      try {
        const answer = receiveUnary(call, toMetadata(header as HeaderPairs));
        call.sendMessageWithContext({}, request);
        call.halfClose();
        const { bytes, metadata, trailer } = await answer;
        return new LazyUnaryResponse(method, decodeResponse(method.output, bytes), metadata, trailer);
      } catch (error) {
        throw signal?.aborted ? canceled(signal) : atDeadline(error, endsAtMs);
      } finally {
        unlink();
      }
    },
    async stream(method, signal, timeoutMs = defaultTimeoutMs, header, input) {
      const endsAtMs = Date.now() + timeoutMs;
      const call = openCall(channel, methodPath(method), signal, timeoutMs);
      const unlink = linkSignal(call, signal);
      const answer = receiveStream(call, toMetadata(header as HeaderPairs), () => {
        unlink();
        requests.stop();
      });
      const requests = sendRequests(call, input, (message) => encodeRequest(method.input, message));
      const fail = (error: unknown) =>
        requests.error ?? (signal?.aborted ? canceled(signal) : atDeadline(error, endsAtMs));
      try {
        const metadata = await answer.metadata;
        return {
          stream: true,
          service: method.parent,
          method,
          header: toHeaders(metadata),
          trailer: answer.trailer,
          message: decodeResponses(method.output, call, answer, signal, fail),
        } satisfies StreamResponse;
      } catch (error) {
        throw fail(error);
      }
    },
  };
}

/** A response whose headers are built only for a caller who reads them. */
class LazyUnaryResponse<I extends DescMessage, O extends DescMessage> implements UnaryResponse<I, O> {
  readonly stream = false;
  readonly method: DescMethodUnary<I, O>;
  readonly message: MessageShape<O>;
  readonly #metadata: Metadata | undefined;
  readonly #trailer: Metadata;

  constructor(
    method: DescMethodUnary<I, O>,
    message: MessageShape<O>,
    metadata: Metadata | undefined,
    trailer: Metadata,
  ) {
    this.method = method;
    this.message = message;
    this.#metadata = metadata;
    this.#trailer = trailer;
  }

  get service() {
    return this.method.parent;
  }

  get header(): Headers {
    return this.#metadata ? toHeaders(this.#metadata) : new Headers();
  }

  get trailer(): Headers {
    return toHeaders(this.#trailer);
  }
}

function openCall(
  channel: ChannelInterface,
  path: string,
  signal: AbortSignal | undefined,
  timeoutMs: number,
): GrpcCall {
  if (signal?.aborted) throw canceled(signal);
  if (timeoutMs <= 0)
    throw new ConnectError('the deadline passed before the call began', Code.DeadlineExceeded);
  try {
    return channel.createCall(path, Date.now() + timeoutMs, null, null, propagate.DEFAULTS);
  } catch (cause) {
    throw new ConnectError('the client is closed', Code.FailedPrecondition, undefined, undefined, cause);
  }
}

/** Cancels the call when the signal aborts. Returns a function that ends this link. */
function linkSignal(call: GrpcCall, signal: AbortSignal | undefined): () => void {
  if (!signal) return () => undefined;
  const cancel = () => call.cancelWithStatus(status.CANCELLED, 'canceled by the caller');
  signal.addEventListener('abort', cancel);
  return () => signal.removeEventListener('abort', cancel);
}

/** A server that resets the stream at the deadline may be faster than this side's own timer. */
function atDeadline(error: unknown, endsAtMs: number): unknown {
  const isReset = error instanceof ConnectError && error.code === Code.Canceled && !error.isWireError;
  return isReset && Date.now() >= endsAtMs
    ? new ConnectError('the deadline passed', Code.DeadlineExceeded)
    : error;
}

function canceled(signal: AbortSignal): ConnectError {
  return ConnectError.from(signal.reason, Code.Canceled);
}

async function* decodeResponses<O extends DescMessage>(
  desc: O,
  call: GrpcCall,
  answer: StreamAnswer,
  signal: AbortSignal | undefined,
  fail: (error: unknown) => unknown,
): AsyncGenerator<MessageShape<O>> {
  try {
    for (;;) {
      const bytes = await answer.next();
      if (!bytes) return;
      yield decodeResponse(desc, bytes);
      if (signal?.aborted) throw canceled(signal);
    }
  } catch (error) {
    throw fail(error);
  } finally {
    // Ends a stream that the caller leaves early; a finished one ignores it.
    call.cancelWithStatus(status.CANCELLED, 'the caller stopped reading');
  }
}

function encodeRequest<D extends DescMessage>(desc: D, message: MessageInitShape<D>): Buffer {
  try {
    return encode(desc, message);
  } catch (cause) {
    throw new ConnectError(`not a ${desc.typeName}`, Code.InvalidArgument, undefined, undefined, cause);
  }
}

function decodeResponse<D extends DescMessage>(desc: D, bytes: Buffer): MessageShape<D> {
  return decode(desc, bytes, Code.DataLoss, `the response is not a ${desc.typeName}`);
}
