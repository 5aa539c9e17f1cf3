/** The console's built files: read once, compressed once, served with a strict policy. */
import { createHash } from 'node:crypto';
import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** Types that compression makes smaller. */
const COMPRESSIBLE = /^(text\/|application\/(json|manifest)|image\/svg)/;

/** Nothing inline, and nothing from elsewhere but calls to the origins `connectTo`. */
function createPolicy(connectTo: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    ["connect-src 'self'", ...connectTo].join(' '),
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Headers of every answer that is no RPC. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': createPolicy(),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

interface Asset {
  readonly type: string;
  readonly body: Buffer;
  readonly gzip: Buffer | undefined;
  readonly brotli: Buffer | undefined;
  readonly etag: string;
  /** The file's name has a hash of its content: it never changes. */
  readonly immutable: boolean;
}

/**
 * Creates the handler of the files in `folder`. Paths without a file get the page, which shows what they name. Besides this
 * service the page may call the origins `connectTo`.
 */
export function createAssets(folder: string, connectTo: readonly string[] = []): RequestListener {
  const policy = createPolicy(connectTo);
  const assets = loadAssets(folder);
  const page = assets.get('/index.html');
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(response, 405, 'Method not allowed');
    const path = pathOf(request);
    const asset = path === '/' ? page : (assets.get(path) ?? (extname(path) === '' ? page : undefined));
    if (asset) return send(request, response, asset, policy);
    if (page) return answer(response, 404, 'Not found');
    return answer(response, 404, 'The console is not built: run npm run build in services/operations/web');
  };
}

/** Sends a line of text. */
function answer(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, {
      ...SECURITY_HEADERS,
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    })
    .end(`${text}\n`);
}

function pathOf({ url }: IncomingMessage): string {
  const path = String(url).replace(/[?#].*$/s, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Returns the smallest body that the client accepts, and its content encoding. */
function bodyFor(
  { body, gzip, brotli }: Asset,
  accepted: string,
): readonly [encoding: string | undefined, body: Buffer] {
  if (brotli && /\bbr\b/.test(accepted)) return ['br', brotli];
  if (gzip && /\bgzip\b/.test(accepted)) return ['gzip', gzip];
  return [undefined, body];
}

function send(request: IncomingMessage, response: ServerResponse, asset: Asset, policy: string): void {
  const [encoding, body] = bodyFor(asset, String(request.headers['accept-encoding'] ?? ''));
  const headers = {
    ...SECURITY_HEADERS,
    'content-security-policy': policy,
    'content-type': asset.type,
    'cache-control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: asset.etag,
    vary: 'accept-encoding',
    ...(encoding && { 'content-encoding': encoding }),
  };
  if (request.headers['if-none-match'] === asset.etag) response.writeHead(304, headers).end();
  else {
    response.writeHead(200, { ...headers, 'content-length': String(body.length) });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}

function loadAssets(folder: string): ReadonlyMap<string, Asset> {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry: Dirent) =>
    entry.isFile(),
  );
  return new Map(
    files.map(({ parentPath, name }) => {
      const file = join(parentPath, name);
      return [`/${relative(folder, file).split(sep).join('/')}`, loadAsset(file)] as const;
    }),
  );
}

function loadAsset(file: string): Asset {
  const body = readFileSync(file);
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  const compress = COMPRESSIBLE.test(type) && body.length > 1_024;
  return {
    type,
    body,
    gzip: compress ? gzipSync(body, { level: 9 }) : undefined,
    brotli: compress
      ? brotliCompressSync(body, {
          params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
        })
      : undefined,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    immutable: /[-.][\w-]{8,}\.\w+$/.test(file) && file.includes(`${sep}assets${sep}`),
  };
}
