/** Puts the API's own validation into the routes that tsoa has generated. Runs after tsoa; see `npm run generate`. */
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../src/generated/routes.ts', import.meta.url);
const IMPORT = "import {  fetchMiddlewares, ExpressTemplateService } from '@tsoa/runtime';";
const OWN =
  "import { fetchMiddlewares } from '@tsoa/runtime';\n" +
  "import { QuickTemplateService } from './../http/quick-validation.js';";
const CREATE = 'new ExpressTemplateService(';

const routes = readFileSync(FILE, 'utf8');
for (const text of [IMPORT, CREATE])
  if (!routes.includes(text)) throw new Error(`The generated routes do not hold ${text}`);
writeFileSync(FILE, routes.replace(IMPORT, OWN).replace(CREATE, 'new QuickTemplateService('));
