/** Loaded before a service (`node --import`): rewrites its modules as the defect in the environment says. */
import { registerHooks } from 'node:module';
import { applyEdit, isMutationName, MUTATION_VARIABLE, MUTATIONS, signOf } from './mutations.js';

const name = process.env[MUTATION_VARIABLE] ?? '';
if (!isMutationName(name)) throw new Error(`${MUTATION_VARIABLE} is "${name}", which is no mutation`);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const edits = MUTATIONS[name].filter(({ module }) => url.endsWith(module));
    if (edits.length === 0) return loaded;
    let source = Buffer.from(loaded.source as Uint8Array).toString();
    for (const edit of edits) {
      source = applyEdit(source, edit);
      process.stdout.write(`${signOf(name, edit)}\n`);
    }
    return { ...loaded, source };
  },
});
