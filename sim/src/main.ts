/** `npm run sim`: searches for histories that break the promise. */
import { installGlobals } from './kernel/globals.js';
import { installMutations } from './mutations/install.js';

// Before any production module is loaded.
installGlobals();
installMutations();
const { main } = await import('./search/command.js');
process.exitCode = await main(process.argv.slice(2));
