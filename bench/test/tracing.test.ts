/** The comparison of builds with and without tracing. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { standardError } from '../src/harness/stats.js';
import { GLOBALS, removeTracing } from '../src/tracing/remove-tracing.js';
import { countSpans } from '../src/tracing/sink.js';

describe('tracing is removed', () => {
  test('from calls, with what only served it', () => {
    const { source, removed } = removeTracing(`
      export const send = (order) => isRecording() ? inSpan({ name: 'send', attributes: { id: order } }, post) : post();
      export const all = (spans) => underAll(spans, () => inSpan(start, async () => 1));
      const span = startEntrySpan(enterTrace(parent), parent, () => describe());
    `);
    // The call in the arguments of another one went with it.
    expect(removed).toBe(5);
    expect(source).not.toMatch(/isRecording|inSpan|underAll|startEntrySpan|enterTrace|attributes/);
    expect(source).toContain('(post)(globalThis.spanWithoutTracing)');
  });

  test('and leaves the result of each call', () => {
    const { source } = removeTracing(
      'result = enterTrace(1) + underAll([], () => inSpan({}, ({ context }) => context ?? 2));',
    );
    Object.assign(globalThis, GLOBALS);
    expect(new Function(`let result; ${source}; return result;`)()).toBe(3);
  });

  test('from nothing in modules that have none', () => {
    const text = 'export function inSpan (a) { return a; }';
    expect(removeTracing(text)).toEqual({ source: text, removed: 0 });
  });

  test('wherever a service uses the tracer', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const folders = ['packages/platform', 'services/scoring', 'services/order-processor'];
    const modules = folders.flatMap((folder) =>
      readdirSync(`${root}/${folder}/dist`, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.js') && !file.startsWith('tracing/'))
        .map((file) => readFileSync(`${root}/${folder}/dist/${file}`, 'utf8')),
    );
    const users = modules.filter((source) => /from '[^']*\/tracing\/tracer(\.js)?'/.test(source));
    expect(users.length).toBeGreaterThan(6);
    for (const source of users) expect(removeTracing(source).removed).toBeGreaterThan(0);
  });
});

test('spans of an export are counted', () => {
  const field = (number: number, ...parts: number[][]) => {
    const bytes = parts.flat();
    return [number * 8 + 2, bytes.length, ...bytes];
  };
  const scope = field(2, field(1, [10, 0]), field(2, [10, 0]), field(2, [10, 0]));
  expect(countSpans(Uint8Array.from([...field(1, scope, scope), ...field(1, scope)]))).toBe(6);
  expect(countSpans(new Uint8Array())).toBe(0);
});

test('the standard error falls with the number of rounds', () => {
  const values = (count: number) => Array.from({ length: count }, (_, index) => 1 + (index % 10) / 100);
  expect(standardError(values(40)) / standardError(values(160))).toBeCloseTo(2);
  expect(standardError([1, 1, 1])).toBe(0);
});
