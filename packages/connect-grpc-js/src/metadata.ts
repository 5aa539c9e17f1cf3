/** Converts between gRPC metadata and HTTP headers: the same pairs, except that gRPC holds `-bin` values as bytes. */
import { Metadata } from '@grpc/grpc-js';

/** Headers in any of the forms in which callers may write them. */
export type HeaderPairs = Headers | readonly (readonly [string, string])[] | Readonly<Record<string, string>>;

/**
 * Converts metadata to headers. `-bin` values become unpadded base64, as on the wire.
 *
 * @example
 * ```ts
 * const requestId = toHeaders(call.metadata).get('x-request-id');
 * ```
 */
export function toHeaders(metadata: Metadata): Headers {
  const headers = new Headers();
  for (const [key, values] of Object.entries(metadata.toHttp2Headers())) {
    if (values === undefined) continue;
    for (const value of Array.isArray(values) ? values : [values]) headers.append(key, String(value));
  }
  return headers;
}

/**
 * Converts headers to metadata. Omits names that the protocol itself uses (`grpc-*`, `content-type`, `te`, ...) and values
 * that gRPC cannot carry (other than printable ASCII): a call matters more than one of its headers.
 *
 * @example
 * ```ts
 * const metadata = toMetadata({ 'x-request-id': 'r1', 'trace-bin': btoa('bytes') });
 * ```
 */
export function toMetadata(init: HeaderPairs | undefined): Metadata {
  const metadata = new Metadata();
  if (init === undefined) return metadata;
  for (const [name, value] of pairsOf(init)) {
    const key = name.toLowerCase();
    if (!isReserved(key)) addTo(metadata, key, value);
  }
  return metadata;
}

/** The pairs of headers; a plain object is read as it is, since building Headers from it costs microseconds. */
function pairsOf(init: HeaderPairs): Iterable<readonly [string, string]> {
  if (Symbol.iterator in init) return init as Iterable<readonly [string, string]>;
  return Object.entries(init);
}

function addTo(metadata: Metadata, key: string, value: string): void {
  if (!key.endsWith('-bin')) {
    if (PRINTABLE_ASCII.test(value)) metadata.add(key, value);
  } else for (const part of value.split(',')) metadata.add(key, Buffer.from(part.trim(), 'base64'));
}

const PRINTABLE_ASCII = /^[ -~]*$/;

const RESERVED = new Set(['content-type', 'te', 'host', 'user-agent', 'connection', 'content-length']);

function isReserved(key: string): boolean {
  return key.startsWith('grpc-') || key.startsWith(':') || RESERVED.has(key);
}
