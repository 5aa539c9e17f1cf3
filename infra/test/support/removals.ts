/** Compares two plans of one stack: resources that the second one deletes or changes. */
import type { Graph } from './graph.ts';

/** Inputs that count zones: they grow with them, and AWS changes them in place. */
const COUNTS = ['numberOfAvailabilityZones'];

/**
 * Returns a line for every resource of `before` that `after` lacks and for every input that is not the same in it. Lists
 * may grow at their end.
 */
export function findRemovals(before: Graph, after: Graph): string[] {
  const byUrn = new Map(after.resources.map((resource) => [resource.urn, resource]));
  return before.resources.flatMap(({ urn, inputs }) => {
    const next = byUrn.get(urn);
    return next ? compare(urn, inputs, next.inputs) : [`${urn} is gone`];
  });
}

function compare(path: string, before: unknown, after: unknown): string[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.flatMap((item, index) => compare(`${path}[${index}]`, item, after[index]));
  }
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys
      .filter((key) => !COUNTS.includes(key))
      .flatMap((key) => compare(`${path}.${key}`, before[key], after[key]));
  }
  return before === after ? [] : [`${path} was ${JSON.stringify(before)}, is ${JSON.stringify(after)}`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
