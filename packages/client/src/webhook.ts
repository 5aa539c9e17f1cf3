/** Verification of webhooks by the Standard Webhooks specification (symmetric signatures, `v1`). */
import { OrderClientError } from './errors.js';
import type { OrderEvent } from './events.js';

/** The webhook is not authentic, too old, or malformed. Answer 400 and do not act on it. */
export class WebhookVerificationError extends OrderClientError {
  override name = 'WebhookVerificationError';
}

/** Options of `verifyWebhook`. */
export interface VerifyWebhookOptions {
  /** Accepted age and clock difference in seconds. Default 300. */
  readonly toleranceSeconds?: number;
  /** Current time in epoch milliseconds. Default `Date.now()`. */
  readonly nowMs?: number;
}

/** Header fields of a request: a `Headers` object or a plain record as Node.js has it. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Verifies a webhook and returns its event. Pass the raw body, exactly as it was received.
 *
 * @param secrets one secret (`whsec_...`), or several while a secret is rotated
 * @throws {WebhookVerificationError} when the signature, the timestamp or the body is not acceptable
 * @example
 * app.post('/webhooks', express.raw({ type: 'application/json' }), async (request, response) => {
 *   const event = await verifyWebhook(request.body, request.headers, process.env.WEBHOOK_SECRET);
 *   console.log(event.type, event.data.order_id);
 *   response.sendStatus(204);
 * });
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  { toleranceSeconds = 300, nowMs = Date.now() }: VerifyWebhookOptions = {},
): Promise<OrderEvent> {
  const id = readHeader(headers, 'webhook-id');
  const timestamp = readHeader(headers, 'webhook-timestamp');
  const signatures = readHeader(headers, 'webhook-signature');
  if (!/^\d{1,12}$/.test(timestamp))
    throw new WebhookVerificationError('webhook-timestamp is not a Unix time');
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > toleranceSeconds)
    throw new WebhookVerificationError(
      `webhook-timestamp differs from the clock by more than ${toleranceSeconds} s`,
    );
  const payload = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const signed = concat(new TextEncoder().encode(`${id}.${timestamp}.`), payload);
  for (const secret of typeof secrets === 'string' ? [secrets] : secrets)
    if (await hasValidSignature(secret, signatures, signed)) return parseEvent(payload);
  throw new WebhookVerificationError('no signature matches');
}

async function hasValidSignature(
  secret: string,
  signatures: string,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const keyBytes = decodeBase64(secret.replace(/^whsec_/, ''));
  if (!keyBytes?.length)
    throw new WebhookVerificationError('the secret is not base64 with the prefix whsec_');
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', keyBytes, hmac, false, ['verify']);
  for (const entry of signatures.split(' ')) {
    const signature = entry.startsWith('v1,') ? decodeBase64(entry.slice(3)) : undefined;
    if (signature && (await crypto.subtle.verify('HMAC', key, signature, signed))) return true;
  }
  return false;
}

function parseEvent(payload: Uint8Array): OrderEvent {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)) as OrderEvent;
  } catch (cause) {
    throw new WebhookVerificationError('the body is not JSON', { cause });
  }
}

function readHeader(headers: WebhookHeaders, name: string): string {
  const value =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  const text = typeof value === 'object' && value !== null ? value[0] : value;
  if (!text) throw new WebhookVerificationError(`the header ${name} is missing`);
  return text;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
