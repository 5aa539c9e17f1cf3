import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LruMap } from '../src/lru-map.js';

/** The same rules, by the order of a plain list. */
class Model {
  entries: [string, number][] = [];
  readonly max: number;

  constructor(max: number) {
    this.max = max;
  }

  get(key: string): number | undefined {
    const found = this.entries.find(([own]) => own === key);
    if (found) this.set(key, found[1]);
    return found?.[1];
  }

  set(key: string, value: number): void {
    if (this.max === 0) return;
    this.delete(key);
    this.entries.push([key, value]);
    this.entries = this.entries.slice(-this.max);
  }

  delete(key: string): void {
    this.entries = this.entries.filter(([own]) => own !== key);
  }
}

test('holds what a list in the order of use holds', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const command = fc.oneof(
    fc.record({ kind: fc.constant('get' as const), key }),
    fc.record({ kind: fc.constant('delete' as const), key }),
    fc.record({ kind: fc.constant('set' as const), key, value: fc.nat() }),
    fc.record({ kind: fc.constant('clear' as const) }),
  );
  fc.assert(
    fc.property(fc.nat(4), fc.array(command, { maxLength: 60 }), (max, commands) => {
      const map = new LruMap<string, number>(max);
      const model = new Model(max);
      for (const each of commands) {
        if (each.kind === 'set') {
          map.set(each.key, each.value);
          model.set(each.key, each.value);
        } else if (each.kind === 'get') expect(map.get(each.key)).toBe(model.get(each.key));
        else if (each.kind === 'delete') {
          map.delete(each.key);
          model.delete(each.key);
        } else {
          map.clear();
          model.entries = [];
        }
        expect(map.size).toBe(model.entries.length);
      }
      for (const [own, value] of [...model.entries]) expect(map.get(own)).toBe(value);
    }),
  );
});
