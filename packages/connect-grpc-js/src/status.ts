/** Converts between Connect errors and gRPC statuses: the same codes, messages and details in both directions. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import type { StatusObject, status } from '@grpc/grpc-js';
import { StatusSchema } from './gen/google/rpc/status_pb.js';
import { toHeaders, toMetadata } from './metadata.js';

/** The trailer that carries an error's details: a google.rpc.Status. */
const DETAILS_KEY = 'grpc-status-details-bin';

/**
 * Converts an error to the status that a grpc-js server sends. Codes have the same numbers in both; details travel as a
 * `google.rpc.Status` in the `grpc-status-details-bin` trailer.
 *
 * @example
 * ```ts
 * callback(toStatus(new ConnectError('no such user', Code.NotFound)));
 * ```
 */
export function toStatus(error: ConnectError): StatusObject {
  const metadata = toMetadata(error.metadata);
  if (error.details.length > 0) metadata.set(DETAILS_KEY, Buffer.from(detailsOf(error)));
  return { code: error.code as number as status, details: error.rawMessage, metadata };
}

function detailsOf(error: ConnectError): Uint8Array {
  const details = error.details.map((detail) =>
    'desc' in detail
      ? anyPack(detail.desc, create(detail.desc, detail.value))
      : { typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value },
  );
  return toBinary(
    StatusSchema,
    create(StatusSchema, { code: error.code, message: error.rawMessage, details }),
  );
}

/**
 * Converts a status other than OK to an error. `answered` becomes its `isWireError`: true when the server sent the status,
 * false when grpc-js made it up on this side, such as for a lost connection.
 *
 * @example
 * ```ts
 * onReceiveStatus: (status) => status.code === 0 || reject(toConnectError(status, true)),
 * ```
 */
export function toConnectError({ code, details, metadata }: StatusObject, answered: boolean): ConnectError {
  const known = Code[code] === undefined ? Code.Unknown : (code as number as Code);
  // grpc-js leaves the details out when the server sent no grpc-message, despite its types.
  const error = new ConnectError(details ?? '', known, toHeaders(metadata));
  error.isWireError = answered;
  const bytes = metadata.get(DETAILS_KEY)[0];
  if (bytes instanceof Buffer) error.details = parseDetails(bytes);
  return error;
}

function parseDetails(bytes: Uint8Array): ConnectError['details'] {
  try {
    return fromBinary(StatusSchema, bytes).details.map(toIncomingDetail);
  } catch {
    // Details are an extra: a server that garbles them has still sent code and message.
    return [];
  }
}

function toIncomingDetail({ typeUrl, value }: Any) {
  return { type: typeUrl.slice(typeUrl.lastIndexOf('/') + 1), value };
}
