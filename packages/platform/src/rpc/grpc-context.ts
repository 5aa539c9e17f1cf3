/** What a service is told of a call on the gRPC listener. */
import type { DescMethod, DescService } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  type ContextValues,
  createContextValues,
  type HandlerContext,
} from '@connectrpc/connect';
import type { Metadata, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { toHeaders, toMetadata } from './metadata.js';

/** A call whose response is a message or a stream of messages, in bytes. */
export type GrpcServerCall = ServerUnaryCall<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>;

/**
 * Connect's HandlerContext over a grpc-js call. Headers and signals cost more than the rest of a small call together, so
 * that each is made when the service first asks for it.
 */
export class GrpcHandlerContext implements HandlerContext {
  readonly requestMethod = 'POST';
  readonly protocolName = 'grpc';
  readonly service: DescService;
  #requestHeader: Headers | undefined;
  #responseHeader: Headers | undefined;
  #responseTrailer: Headers | undefined;
  #values: ContextValues | undefined;
  #controller: AbortController | undefined;

  constructor(
    readonly method: DescMethod,
    private readonly call: GrpcServerCall,
  ) {
    this.service = method.parent;
  }

  readonly timeoutMs = (): number | undefined => {
    const deadline = Number(this.call.getDeadline());
    return Number.isFinite(deadline) ? deadline - Date.now() : undefined;
  };

  get url(): string {
    return `http://${this.call.getHost()}${this.call.getPath()}`;
  }

  get requestHeader(): Headers {
    this.#requestHeader ??= toHeaders(this.call.metadata);
    return this.#requestHeader;
  }

  get responseHeader(): Headers {
    this.#responseHeader ??= new Headers();
    return this.#responseHeader;
  }

  get responseTrailer(): Headers {
    this.#responseTrailer ??= new Headers();
    return this.#responseTrailer;
  }

  get values(): ContextValues {
    this.#values ??= createContextValues();
    return this.#values;
  }

  /** Aborted when the caller cancels, when the deadline passes, and when the call is over. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.call.cancelled) this.#abort();
      else this.call.once('cancelled', () => this.#abort());
    }
    return this.#controller.signal;
  }

  #abort(): void {
    const leftMs = this.timeoutMs();
    const late = leftMs !== undefined && leftMs <= 0;
    const reason = late
      ? new ConnectError('the deadline passed', Code.DeadlineExceeded)
      : new ConnectError('the caller canceled the call', Code.Canceled);
    this.#controller?.abort(reason);
  }

  /** Sends the response headers, if the service set any. */
  sendHeader(): void {
    if (this.#responseHeader) this.call.sendMetadata(toMetadata(this.#responseHeader));
  }

  /** The trailers that the service set. */
  trailer(): Metadata | undefined {
    return this.#responseTrailer && toMetadata(this.#responseTrailer);
  }

  /** Ends the signal of a call that is answered, so that nothing keeps working for it. */
  end(): void {
    this.#controller?.abort();
  }
}
