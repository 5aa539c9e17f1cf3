/** TLS settings from the environment. Without them the listeners and channels speak plaintext. */
import { z } from 'zod';
import type { EnvReader } from '../env.js';
import type { ClientTls, ServerTls } from './tls.js';

const Pem = z
  .string()
  .refine((text) => text.includes('-----BEGIN '), { error: 'not a PEM text' })
  .optional();

const PEM_REMEDY = 'the text of a PEM file, its lines included';

/**
 * A server's TLS: RPC_TLS_CERTIFICATE with RPC_TLS_PRIVATE_KEY, and RPC_TLS_CLIENT_AUTHORITIES for mTLS. Undefined
 * without a certificate.
 */
export function readServerTls(env: EnvReader): ServerTls | undefined {
  const identity = readIdentity(env, 'RPC_TLS_CERTIFICATE', 'RPC_TLS_PRIVATE_KEY');
  const clientAuthorities = env.read('RPC_TLS_CLIENT_AUTHORITIES', Pem, `set it to ${PEM_REMEDY}`);
  if (!identity && clientAuthorities !== undefined)
    env.report('RPC_TLS_CERTIFICATE', 'is not set', 'mTLS needs it: RPC_TLS_CLIENT_AUTHORITIES is set');
  return identity && { ...identity, ...(clientAuthorities !== undefined && { clientAuthorities }) };
}

/**
 * A client's TLS, used with `https:` URLs: RPC_TLS_AUTHORITIES (those of the system without it), and
 * RPC_TLS_CLIENT_CERTIFICATE with RPC_TLS_CLIENT_PRIVATE_KEY for servers that ask for one.
 */
export function readClientTls(env: EnvReader): ClientTls {
  const authorities = env.read('RPC_TLS_AUTHORITIES', Pem, `set it to ${PEM_REMEDY}`);
  const identity = readIdentity(env, 'RPC_TLS_CLIENT_CERTIFICATE', 'RPC_TLS_CLIENT_PRIVATE_KEY');
  return { ...(authorities !== undefined && { authorities }), ...identity };
}

function readIdentity(env: EnvReader, certificateVariable: string, privateKeyVariable: string) {
  const certificate = env.read(certificateVariable, Pem, `set it to ${PEM_REMEDY}`);
  const privateKey = env.read(privateKeyVariable, Pem, `set it to ${PEM_REMEDY}`);
  if (certificate !== undefined && privateKey !== undefined) return { certificate, privateKey };
  if (certificate !== undefined)
    env.report(privateKeyVariable, 'is not set', `${certificateVariable} needs it: set it to ${PEM_REMEDY}`);
  if (privateKey !== undefined)
    env.report(certificateVariable, 'is not set', `${privateKeyVariable} needs it: set it to ${PEM_REMEDY}`);
  return undefined;
}
