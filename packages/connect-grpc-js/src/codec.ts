/** Encodes and decodes messages, and names methods as gRPC does. */
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { type Code, ConnectError } from '@connectrpc/connect';

/** The HTTP/2 path of a method: `/package.Service/Method`. */
export function methodPath(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** Encodes a message. Throws the errors of protobuf-es for a value that does not fit its field. */
export function encode<D extends DescMessage>(desc: D, message: MessageInitShape<D>): Buffer {
  const bytes = toBinary(desc, create(desc, message));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Decodes a message.
 *
 * @throws {ConnectError} with `code` and `message` when the bytes are not a message of this type.
 */
export function decode<D extends DescMessage>(
  desc: D,
  bytes: Uint8Array,
  code: Code,
  message: string,
): MessageShape<D> {
  try {
    return fromBinary(desc, bytes);
  } catch (cause) {
    throw new ConnectError(message, code, undefined, undefined, cause);
  }
}
