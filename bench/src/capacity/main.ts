/** `npm run capacity -w bench`: writes the capacity model's output into docs/performance.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { replaceSection } from './document.js';

const FILE = new URL('../../../docs/performance.md', import.meta.url);

writeFileSync(FILE, replaceSection(readFileSync(FILE, 'utf8')));
