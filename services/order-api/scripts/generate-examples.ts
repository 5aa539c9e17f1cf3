/** Writes docs/curl.md and the Postman collection from the OpenAPI document. Run by `npm run generate`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { toCurlPage } from './curl-page.ts';
import { toExampleRequests } from './example-requests.ts';
import { toPostmanCollection } from './postman-collection.ts';

const DOCS = new URL('../../../docs/', import.meta.url);

const document = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'));
const requests = toExampleRequests(document);
writeFileSync(new URL('curl.md', DOCS), toCurlPage(requests));
writeFileSync(
  new URL('order-api.postman_collection.json', DOCS),
  `${JSON.stringify(toPostmanCollection(document, requests), null, 2)}\n`,
);
