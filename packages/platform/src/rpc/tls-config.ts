/**
 * TLS settings from the environment, each as a PEM text or as a file that its `_FILE` variable names. Without them the
 * listeners and channels speak plaintext. They are read once: a new certificate needs a new process.
 */
import { type Draft, type EnvReader, Invalid } from '../env.js';
import type { SecretParse } from '../secret.js';
import type { ClientTls, ServerTls } from './tls.js';

const parsePem = (text: string): SecretParse<string> =>
  text.includes('-----BEGIN ') ? { value: text } : { problems: ['is not a PEM text'] };

const PEM_REMEDY = 'the text of a PEM file, its lines included';

/**
 * A server's TLS: RPC_TLS_CERTIFICATE with RPC_TLS_PRIVATE_KEY, and RPC_TLS_CLIENT_AUTHORITIES for mTLS. Undefined
 * without a certificate.
 */
export function readServerTls(env: EnvReader): Draft<ServerTls> | undefined {
  const identity = readIdentity(env, 'RPC_TLS_CERTIFICATE', 'RPC_TLS_PRIVATE_KEY');
  const clientAuthorities = readPem(env, 'RPC_TLS_CLIENT_AUTHORITIES');
  if (!identity && clientAuthorities !== undefined)
    env.report('RPC_TLS_CERTIFICATE', 'is not set', 'mTLS needs it: RPC_TLS_CLIENT_AUTHORITIES is set');
  return identity && { ...identity, ...(clientAuthorities !== undefined && { clientAuthorities }) };
}

/**
 * A client's TLS, used with `https:` URLs: RPC_TLS_AUTHORITIES (those of the system without it), and
 * RPC_TLS_CLIENT_CERTIFICATE with RPC_TLS_CLIENT_PRIVATE_KEY for servers that ask for one.
 */
export function readClientTls(env: EnvReader): Draft<ClientTls> {
  const authorities = readPem(env, 'RPC_TLS_AUTHORITIES');
  const identity = readIdentity(env, 'RPC_TLS_CLIENT_CERTIFICATE', 'RPC_TLS_CLIENT_PRIVATE_KEY');
  return { ...(authorities !== undefined && { authorities }), ...identity };
}

function readIdentity(env: EnvReader, certificateVariable: string, privateKeyVariable: string) {
  const certificate = readPem(env, certificateVariable);
  const privateKey = readPem(env, privateKeyVariable);
  if (certificate !== undefined && privateKey !== undefined) return { certificate, privateKey };
  if (certificate !== undefined)
    env.report(privateKeyVariable, 'is not set', `${certificateVariable} needs it: set it to ${PEM_REMEDY}`);
  if (privateKey !== undefined)
    env.report(certificateVariable, 'is not set', `${privateKeyVariable} needs it: set it to ${PEM_REMEDY}`);
  return undefined;
}

function readPem(env: EnvReader, variable: string): string | Invalid | undefined {
  if (!env.isSet(variable)) return undefined;
  const secret = env.secret(variable, { parse: parsePem, remedy: `set it to ${PEM_REMEDY}` });
  return secret instanceof Invalid ? secret : secret.current;
}
