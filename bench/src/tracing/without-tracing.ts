/**
 * Loaded into a measured process ahead of its program (`node --import`): loads this project's modules as if they had no tracing.
 */
import { registerHooks } from 'node:module';
import { GLOBALS, removeTracing } from './remove-tracing.js';

/** Modules of services and packages, other than the tracer itself. */
const OWN = /\/(packages|services)\/[^/]+\/dist\/(?!tracing\/)/;

/** Calls of the tracer in a processor or a scoring process at least: fewer mean that they are not found any more. */
const MIN_REMOVED = 12;

let removedCalls = 0;

Object.assign(globalThis, GLOBALS);

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    if (loaded.format !== 'module' || !OWN.test(url) || url.includes('/node_modules/')) return loaded;
    const { source, removed } = removeTracing(String(loaded.source));
    removedCalls += removed;
    return { ...loaded, source };
  },
});

process.once('exit', () => {
  if (removedCalls < MIN_REMOVED)
    process.stderr.write(`only ${removedCalls} calls of the tracer were removed: nothing was compared\n`);
});
