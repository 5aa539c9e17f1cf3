import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigError, EnvReader } from '../../src/env.js';
import { readClientTls, readServerTls } from '../../src/rpc/tls-config.js';
import { codeOf, connect, serve } from './support.js';

/** PEM texts of an authority, and of a server and a client that it vouches for. */
interface Certificates {
  readonly authority: string;
  readonly server: { readonly certificate: string; readonly privateKey: string };
  readonly client: { readonly certificate: string; readonly privateKey: string };
}

let directory: string;
let pem: Certificates;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rpc-tls-'));
  pem = createCertificates();
});

afterAll(() => rmSync(directory, { recursive: true }));

function createCertificates(): Certificates {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=authority');
  const sign = ['-CA', 'ca.crt', '-CAkey', 'ca.key'];
  const name = [
    '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
    '-addext',
    'basicConstraints=CA:FALSE',
  ];
  for (const party of ['server', 'client'])
    openssl(
      'req',
      '-x509',
      ...key,
      ...sign,
      ...name,
      '-keyout',
      `${party}.key`,
      '-out',
      `${party}.crt`,
      '-subj',
      `/CN=${party}`,
    );
  const read = (file: string) => readFileSync(join(directory, file), 'utf8');
  const identity = (party: string) => ({
    certificate: read(`${party}.crt`),
    privateKey: read(`${party}.key`),
  });
  return { authority: read('ca.crt'), server: identity('server'), client: identity('client') };
}

const secure = (port: number) => ({ url: `https://localhost:${port}`, retries: { maxTries: 1 } });

describe('TLS', () => {
  test('serves a client that trusts the authority, and no other', async () => {
    const server = await serve({ echo: () => ({ text: 'hi' }) }, { tls: pem.server });
    const trusting = connect(0, { ...secure(server.grpcPort), tls: { authorities: pem.authority } });
    expect(await trusting.client.echo({})).toMatchObject({ text: 'hi' });
    expect(await codeOf(connect(0, secure(server.grpcPort)).client.echo({}))).toBe('Unavailable');
    expect(await codeOf(connect(server.grpcPort, { retries: { maxTries: 1 } }).client.echo({}))).toBe(
      'Unavailable',
    );
  });

  test('asks for a client certificate where authorities of clients are set', async () => {
    const tls = { ...pem.server, clientAuthorities: pem.authority };
    const server = await serve({ echo: () => ({ text: 'hi' }) }, { tls });
    const known = { authorities: pem.authority, ...pem.client };
    expect(await connect(0, { ...secure(server.grpcPort), tls: known }).client.echo({})).toMatchObject({
      text: 'hi',
    });
    const unknown = connect(0, { ...secure(server.grpcPort), tls: { authorities: pem.authority } });
    expect(await codeOf(unknown.client.echo({}))).toBe('Unavailable');
  });

  test.each([true, false])('guards the HTTP listener too (client certificates: %p)', async (mutual) => {
    const tls = { ...pem.server, ...(mutual && { clientAuthorities: pem.authority }) };
    const server = await serve({}, { tls });
    const get = (identity: object) =>
      new Promise<number | undefined>((resolve, reject) => {
        const options = { ca: pem.authority, agent: false as const, ...identity };
        request(`https://localhost:${server.httpPort}/health`, options, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
    expect(await get({ cert: pem.client.certificate, key: pem.client.privateKey })).toBe(200);
    if (mutual) await expect(get({})).rejects.toThrow();
    else expect(await get({})).toBe(200);
  });
});

describe('TLS settings', () => {
  const read = <T>(env: Record<string, string>, reader: (env: EnvReader) => T) => {
    const variables = new EnvReader(env);
    const settings = reader(variables);
    return variables.resolve<unknown>(settings);
  };
  const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nx';
  const KEY = '-----BEGIN PRIVATE KEY-----\nx';

  test('are none by default', () => {
    expect(read({}, readServerTls)).toBeUndefined();
    expect(read({}, readClientTls)).toEqual({});
  });

  test('are read for a server', () => {
    const identity = { RPC_TLS_CERTIFICATE: CERTIFICATE, RPC_TLS_PRIVATE_KEY: KEY };
    expect(read(identity, readServerTls)).toEqual({ certificate: CERTIFICATE, privateKey: KEY });
    expect(read({ ...identity, RPC_TLS_CLIENT_AUTHORITIES: CERTIFICATE }, readServerTls)).toEqual({
      certificate: CERTIFICATE,
      privateKey: KEY,
      clientAuthorities: CERTIFICATE,
    });
  });

  test('are read for a client', () => {
    const identity = { RPC_TLS_CLIENT_CERTIFICATE: CERTIFICATE, RPC_TLS_CLIENT_PRIVATE_KEY: KEY };
    expect(read({ RPC_TLS_AUTHORITIES: CERTIFICATE }, readClientTls)).toEqual({ authorities: CERTIFICATE });
    expect(read(identity, readClientTls)).toEqual({ certificate: CERTIFICATE, privateKey: KEY });
  });

  test.each([
    [{ RPC_TLS_CERTIFICATE: CERTIFICATE }, 'RPC_TLS_PRIVATE_KEY is not set: RPC_TLS_CERTIFICATE needs it'],
    [{ RPC_TLS_PRIVATE_KEY: KEY }, 'RPC_TLS_CERTIFICATE is not set: RPC_TLS_PRIVATE_KEY needs it'],
    [{ RPC_TLS_CLIENT_AUTHORITIES: CERTIFICATE }, 'RPC_TLS_CERTIFICATE is not set: mTLS needs it'],
    [{ RPC_TLS_CERTIFICATE: 'cert.pem', RPC_TLS_PRIVATE_KEY: KEY }, 'RPC_TLS_CERTIFICATE is not a PEM text'],
  ])('that are incomplete are named: %p', (env, message) => {
    expect(() => read(env, readServerTls)).toThrow(ConfigError);
    expect(() => read(env, readServerTls)).toThrow(message);
  });
});
