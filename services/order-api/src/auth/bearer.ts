/** Reads bearer tokens (RFC 6750) from requests, without verifying them. */
import type { IncomingMessage } from 'node:http';

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Returns the token of an Authorization field that holds `Bearer`, one token and nothing else. */
export function readBearer({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  return BEARER.exec(headers.authorization ?? '')?.[1];
}

/** Returns the header of a JWT, or an empty object when it is unreadable. */
export function readJoseHeader(token: string): Readonly<Record<string, unknown>> {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString());
    return header !== null && typeof header === 'object' ? (header as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
