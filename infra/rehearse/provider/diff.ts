/** Differences between the inputs of a resource, as the engine asks for them. */
import type { Values } from '../cloud.ts';
import type { Spec } from './spec.ts';

/** A value that the engine knows only after an update. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

/** Consequence of a change of inputs. */
export interface Difference {
  readonly changed: readonly string[];
  /** Of these, the ones that need another resource. */
  readonly replaces: readonly string[];
  /** AWS does not allow two resources of this name: the old one is deleted first. */
  readonly deleteFirst: boolean;
}

/** Compares the inputs of before with those of now. */
export function diffInputs(spec: Spec, before: Values, now: Values): Difference {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (key) => !key.startsWith('__'),
  );
  const changed = keys.filter((key) => canonical(before[key]) !== canonical(now[key]));
  const replaces = spec.update ? changed.filter((key) => spec.replace?.includes(key)) : changed;
  const named = typeof now.name === 'string' && before.name === now.name;
  return { changed, replaces, deleteFirst: replaces.length > 0 && (spec.deleteFirst ?? named) };
}

/** Text that is equal for equal values, in any order of their keys; JSON in a text counts by its meaning. */
function canonical(value: unknown): string {
  if (typeof value === 'string' && /^[[{]/.test(value)) {
    try {
      return canonical(JSON.parse(value));
    } catch {
      return JSON.stringify(value);
    }
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(
      ([key, item]) => !key.startsWith('__') && item !== undefined,
    );
    return `{${entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${key}:${canonical(item)}`)
      .join()}}`;
  }
  return JSON.stringify(value) ?? 'undefined';
}

/** Outputs of a planned resource: its inputs, and values that AWS assigns as unknown. */
export function plannedOutputs(spec: Spec, inputs: Values): Values {
  return {
    ...Object.fromEntries((spec.computed ?? []).map((key) => [key, inputs[key] ?? UNKNOWN])),
    ...inputs,
  };
}
