/** Rewrites modules while Node loads them, as the mutations in the environment say. */
import { registerHooks } from 'node:module';
import { applyEdit, type Edit } from './edit.js';
import { MUTATION_VARIABLE, MUTATIONS } from './mutations.js';

/** Installs the mutations that the environment names. Throws for an unknown name. */
export function installMutations(): void {
  const names = process.env[MUTATION_VARIABLE];
  if (!names) return;
  const all = names.split(',').flatMap((name) => editsOf(name));
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const edits = all.filter(({ module }) => url.endsWith(module));
      if (edits.length === 0) return loaded;
      const source = Buffer.from(loaded.source as Uint8Array).toString();
      return { ...loaded, source: edits.reduce(applyEdit, source) };
    },
  });
}

function editsOf(name: string): readonly Edit[] {
  const mutation = MUTATIONS.find((candidate) => candidate.name === name);
  if (!mutation) throw new Error(`there is no mutation ${name}`);
  return mutation.edits;
}
