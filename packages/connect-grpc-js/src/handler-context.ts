/** Connect's HandlerContext over a grpc-js call. */
import type { DescMethod, DescService } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  type ContextValues,
  createContextValues,
  type HandlerContext,
} from '@connectrpc/connect';
import type { Metadata, ServerUnaryCall, StatusObject } from '@grpc/grpc-js';
import { toHeaders, toMetadata } from './metadata.js';
import { toStatus } from './status.js';

/** The members that server calls of all kinds share. */
type ServerCall = Pick<
  ServerUnaryCall<Buffer, Buffer>,
  'cancelled' | 'metadata' | 'getDeadline' | 'getHost' | 'getPath' | 'sendMetadata'
> & { once(event: 'cancelled', listener: () => void): unknown };

/** Reason of the signal of a call that has ended; one for all, since a stack costs more than a small call. */
const CALL_ENDED = new ConnectError('the call has ended', Code.Canceled);

/**
 * Context of one call on the server. Headers and signals cost more than the rest of a small call together, so each is
 * created when the implementation first uses it.
 */
export class GrpcHandlerContext implements HandlerContext {
  readonly requestMethod = 'POST';
  readonly protocolName = 'grpc';
  readonly method: DescMethod;
  readonly service: DescService;
  readonly #call: ServerCall;
  #requestHeader: Headers | undefined;
  #responseHeader: Headers | undefined;
  #responseTrailer: Headers | undefined;
  #values: ContextValues | undefined;
  #controller: AbortController | undefined;
  #headerSent = false;
  #ended = false;

  constructor(method: DescMethod, call: ServerCall) {
    this.method = method;
    this.service = method.parent;
    this.#call = call;
  }

  readonly timeoutMs = (): number | undefined => {
    const deadline = Number(this.#call.getDeadline());
    return Number.isFinite(deadline) ? deadline - Date.now() : undefined;
  };

  get url(): string {
    return `http://${this.#call.getHost()}${this.#call.getPath()}`;
  }

  get requestHeader(): Headers {
    this.#requestHeader ??= toHeaders(this.#call.metadata);
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

  /** Aborted when the client cancels, when the deadline passes, and when the call ends. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      this.#controller = controller;
      if (this.#call.cancelled) controller.abort(this.cancelReason());
      // grpc-js reports the end of a call that was answered as a cancellation too.
      else this.#call.once('cancelled', () => this.#ended || controller.abort(this.cancelReason()));
    }
    return this.#controller.signal;
  }

  /** The error of a canceled call: DEADLINE_EXCEEDED or CANCELED. */
  cancelReason(): ConnectError {
    const leftMs = this.timeoutMs();
    return leftMs !== undefined && leftMs <= 0
      ? new ConnectError('the deadline passed', Code.DeadlineExceeded)
      : new ConnectError('the client canceled the call', Code.Canceled);
  }

  /** Returns the value of a request header, at less cost than `requestHeader` takes. Not for `-bin` headers. */
  header(name: string): string | undefined {
    const value = this.#call.metadata.get(name)[0];
    return value === undefined ? undefined : String(value);
  }

  /** Sends the response headers once, if the implementation set any. */
  sendHeader(): void {
    if (!this.#responseHeader || this.#headerSent) return;
    this.#headerSent = true;
    this.#call.sendMetadata(toMetadata(this.#responseHeader));
  }

  /** Returns the trailers that the implementation set. */
  trailer(): Metadata | undefined {
    return this.#responseTrailer && toMetadata(this.#responseTrailer);
  }

  /** Returns the status of a failed call, with the headers sent and the trailers that the implementation set. */
  toStatus(error: ConnectError): StatusObject {
    this.sendHeader();
    const status = toStatus(error);
    if (this.#responseTrailer) status.metadata.merge(toMetadata(this.#responseTrailer));
    return status;
  }

  /** Aborts the signal of a call that has ended, so that nothing keeps working for it. */
  end(): void {
    this.#ended = true;
    this.#controller?.abort(CALL_ENDED);
  }
}
