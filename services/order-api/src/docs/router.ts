/** Swagger UI and ReDoc, from local files alone. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import express, { type Router } from 'express';
import { REDOC_START, SWAGGER_START, toRedocPage, toSwaggerPage } from './pages.js';

const require = createRequire(import.meta.url);

/** Paths of the pages' files, by the names under which they are served. */
const ASSETS = {
  'swagger-ui.css': 'swagger-ui-dist/swagger-ui.css',
  'swagger-ui-bundle.js': 'swagger-ui-dist/swagger-ui-bundle.js',
  'redoc.standalone.js': 'redoc/bundles/redoc.standalone.js',
} as const;

/** An OpenAPI document, as far as it matters here. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, object>>;
  readonly [other: string]: unknown;
}

/** Loads the committed OpenAPI document, next to src and dist. */
export function loadOpenApi(): OpenApiDocument {
  return JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'));
}

/** Paths that the router serves in addition to those of the document. */
export const DOCS_PATHS = {
  '/': { get: {} },
  '/docs': { get: {} },
  '/redoc': { get: {} },
  '/openapi.json': { get: {} },
};

/** Options of the pages. */
export interface DocsOptions {
  /** The origin of URLs in the document. */
  readonly publicBaseUrl: string;
  /** Target of `/`; empty for an index of links. */
  readonly consoleUrl: string;
}

/** Serves `/`, `/docs`, `/redoc`, `/openapi.json` and the files that the pages need. */
export function createDocsRouter(
  document: OpenApiDocument,
  { publicBaseUrl: baseUrl, consoleUrl }: DocsOptions,
): Router {
  const router = express.Router();
  const served = JSON.stringify({ ...document, servers: [{ url: baseUrl, description: 'This server' }] });
  const page = (html: string) => (_request: express.Request, response: express.Response) => {
    response.set('Content-Security-Policy', PAGE_POLICY).type('html').send(html);
  };
  router.get('/openapi.json', (_request, response) => {
    response.type('json').send(served);
  });
  router.get('/', (_request, response) => {
    if (consoleUrl !== '') response.redirect(302, consoleUrl);
    else response.json({ name: 'order API', links: LINKS });
  });
  router.get('/docs', page(toSwaggerPage()));
  router.get('/redoc', page(toRedocPage()));
  const scripts = { 'swagger-start.js': SWAGGER_START, 'redoc-start.js': REDOC_START };
  for (const [name, text] of Object.entries(scripts))
    router.get(`/docs/assets/${name}`, (_request, response) => {
      response.type('js').send(text);
    });
  for (const [name, file] of Object.entries(ASSETS))
    router.get(`/docs/assets/${name}`, (_request, response) => {
      response.sendFile(require.resolve(file), { maxAge: '1h', cacheControl: true });
    });
  return router;
}

/** Pages that the index names. */
const LINKS = {
  docs: '/docs',
  redoc: '/redoc',
  openapi: '/openapi.json',
  health: '/health',
  ready: '/ready',
} as const;

/**
 * Scripts and data come from here alone. Both pages set styles from scripts, draw icons from data URLs, and ReDoc
 * searches in a worker that it makes itself.
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
