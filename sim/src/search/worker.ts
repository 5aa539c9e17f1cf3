/** A child process of a search: runs its share and sends what it found. */
import { installGlobals } from '../kernel/globals.js';
import { installMutations } from '../mutations/install.js';
import type { SearchOptions } from './search.js';

installGlobals();
installMutations();
const { searchHere } = await import('./search.js');
const result = await searchHere(JSON.parse(process.argv[2] ?? '{}') as SearchOptions);
process.send?.(result, () => process.disconnect());
