/** Receives the response of a grpc-js call as promises. */
import { Code, ConnectError } from '@connectrpc/connect';
import { type ChannelInterface, type Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { toHeaders } from './metadata.js';
import { toConnectError } from './status.js';

/** A call on a channel. */
export type GrpcCall = ReturnType<ChannelInterface['createCall']>;

/** The response to a unary call. */
export interface UnaryAnswer {
  readonly bytes: Buffer;
  readonly metadata: Metadata | undefined;
  readonly trailer: Metadata;
}

/** Starts the call with the metadata and waits for its one message and its status. */
export function receiveUnary(call: GrpcCall, request: Metadata): Promise<UnaryAnswer> {
  return new Promise((resolve, reject) => {
    let metadata: Metadata | undefined;
    let bytes: Buffer | undefined;
    call.start(request, {
      onReceiveMetadata: (received) => {
        metadata = received;
      },
      onReceiveMessage: (message: Buffer) => {
        bytes = message;
      },
      onReceiveStatus: (end) => {
        if (end.code !== status.OK) reject(toConnectError(end, isAnswer(end, metadata)));
        else if (!bytes) reject(new ConnectError('the response has no message', Code.Unimplemented));
        else resolve({ bytes, metadata, trailer: end.metadata });
      },
    });
    call.startRead();
  });
}

/** A status that grpc-js made up itself, such as for a lost connection, comes without any header. */
function isAnswer(end: StatusObject, metadata: Metadata | undefined): boolean {
  return metadata !== undefined || Object.keys(end.metadata.getMap()).length > 0;
}

/** The response to a streaming call. */
export interface StreamAnswer {
  /** Settles with the first sign of the server; rejects when that is an error. */
  readonly metadata: Promise<Metadata>;
  /** Filled when the stream has ended. */
  readonly trailer: Headers;
  /** Returns one message after the other, `undefined` at the end; rejects with the stream's error. */
  next(): Promise<Buffer | undefined>;
}

/** Messages that are read ahead of the consumer. */
const PREFETCHED = 16;

/**
 * Starts the call with the metadata. Reads a few messages ahead: grpc-js drops unread messages when the stream ends
 * with an error.
 */
export function receiveStream(call: GrpcCall, request: Metadata, onEnd: () => void): StreamAnswer {
  const head = Promise.withResolvers<Metadata>();
  const trailer = new Headers();
  const received: Buffer[] = [];
  let metadata: Metadata | undefined;
  let paused = false;
  let end: { readonly error?: ConnectError } | undefined;
  let waiting: PromiseWithResolvers<Buffer | undefined> | undefined;
  call.start(request, {
    onReceiveMetadata: (header) => {
      metadata = header;
      head.resolve(header);
    },
    onReceiveMessage: (message: Buffer) => {
      if (waiting) waiting.resolve(message);
      else received.push(message);
      waiting = undefined;
      paused = received.length >= PREFETCHED;
      if (!paused) call.startRead();
    },
    onReceiveStatus: (last) => {
      onEnd();
      toHeaders(last.metadata).forEach((value, name) => {
        trailer.append(name, value);
      });
      if (last.code === status.OK) {
        end = {};
        head.resolve(last.metadata);
        waiting?.resolve(undefined);
        return;
      }
      const error = toConnectError(last, isAnswer(last, metadata));
      end = { error };
      head.reject(error);
      waiting?.reject(error);
    },
  });
  call.startRead();
  return {
    metadata: head.promise,
    trailer,
    async next() {
      const message = received.shift();
      if (paused && !end) {
        paused = false;
        call.startRead();
      }
      if (message) return message;
      if (end?.error) throw end.error;
      if (end) return undefined;
      waiting = Promise.withResolvers();
      return waiting.promise;
    },
  };
}
