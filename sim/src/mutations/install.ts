/** Rewrites modules while Node loads them, as the mutation in the environment says. */
import { registerHooks } from 'node:module';
import { applyEdit } from './edit.js';
import { MUTATION_VARIABLE, MUTATIONS } from './mutations.js';

/** Installs the mutation that the environment names, if it names one. Throws for an unknown name. */
export function installMutation(): void {
  const name = process.env[MUTATION_VARIABLE];
  if (!name) return;
  const mutation = MUTATIONS.find((candidate) => candidate.name === name);
  if (!mutation) throw new Error(`there is no mutation ${name}`);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const edits = mutation.edits.filter(({ module }) => url.endsWith(module));
      if (edits.length === 0) return loaded;
      const source = Buffer.from(loaded.source as Uint8Array).toString();
      return { ...loaded, source: edits.reduce(applyEdit, source) };
    },
  });
}
