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

/** Starts the call with the metadata. Messages are read as they are asked for. */
export function receiveStream(call: GrpcCall, request: Metadata, onEnd: () => void): StreamAnswer {
  const head = Promise.withResolvers<Metadata>();
  const trailer = new Headers();
  let metadata: Metadata | undefined;
  let next = createNext();
  call.start(request, {
    onReceiveMetadata: (received) => {
      metadata = received;
      head.resolve(received);
    },
    onReceiveMessage: (message: Buffer) => next.resolve(message),
    onReceiveStatus: (end) => {
      onEnd();
      toHeaders(end.metadata).forEach((value, name) => {
        trailer.append(name, value);
      });
      if (end.code === status.OK) {
        head.resolve(end.metadata);
        next.resolve(undefined);
        return;
      }
      const error = toConnectError(end, isAnswer(end, metadata));
      head.reject(error);
      next.reject(error);
    },
  });
  return {
    metadata: head.promise,
    trailer,
    async next() {
      call.startRead();
      const message = await next.promise;
      if (message) next = createNext();
      return message;
    },
  };
}

function createNext() {
  const next = Promise.withResolvers<Buffer | undefined>();
  // Nobody may be reading when the stream fails.
  next.promise.catch(() => undefined);
  return next;
}
