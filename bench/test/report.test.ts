import { describe, expect, test } from '@jest/globals';
import { interleave } from '../src/harness/rounds.js';
import { median, percentile, ratios } from '../src/harness/stats.js';
import { parseCommand } from '../src/options.js';
import { toMarkdown } from '../src/report/markdown.js';
import { toSvg } from '../src/report/svg.js';
import { type Budget, holds } from '../src/scenario.js';

const machine = { cores: 2, clockMhz: 2_500, node: '24.0.0', loadBefore: 0.5 };
const budget = (value: number): Budget => ({ name: 'x', value, limit: 2, kind: 'at-most' });

describe('statistics', () => {
  test.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[], Number.NaN],
  ])('median of %j', (values, expected) => expect(median(values)).toBe(expected));

  test('percentiles by nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(percentile(values, 0.99)).toBe(99);
    expect(percentile([7], 0.5)).toBe(7);
  });

  test('ratios compare each round with the same round', () => expect(ratios([2, 9], [1, 3])).toEqual([2, 3]));
});

describe('rounds', () => {
  test('take every variant in turn, every other round backwards, and drop warm-ups', async () => {
    const order: string[] = [];
    const variant = (name: string) => ({ name, measure: async () => order.push(name) });
    const options = { rounds: 2, warmUps: 1, say: () => undefined };
    const samples = await interleave([variant('a'), variant('b')], options);
    expect(order.join('')).toBe('ababba');
    expect(samples.get('a')).toEqual([3, 6]);
  });
});

describe('budgets', () => {
  test.each([
    [budget(2), true],
    [budget(2.01), false],
    [budget(Number.NaN), false],
    [{ ...budget(1), kind: 'at-least' } satisfies Budget, false],
  ])('%j', (given, expected) => expect(holds(given)).toBe(expected));
});

describe('the report', () => {
  test('names the machine by cores and clock, and shows missed budgets', () => {
    const report = { title: 'A', method: 'm', tables: [], charts: [], budgets: [budget(3)], data: {} };
    const text = toMarkdown({
      machine,
      date: '2026-01-31',
      command: 'npm run bench',
      scenarios: { a: report },
    });
    expect(text).toContain('2 cores at 2500 MHz');
    expect(text).toContain('| x | 3.00 | at most 2 | **missed** |');
  });

  test('draws a longer bar for a larger value, and escapes names', () => {
    const svg = toSvg({
      kind: 'bars',
      file: 'a.svg',
      title: 'a & b',
      unit: 'µs',
      bars: [
        { name: '<one>', value: 10 },
        { name: 'two', value: 20 },
      ],
    });
    const [one, two] = [...svg.matchAll(/<rect x="190"[^>]* width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    expect(two).toBeCloseTo(2 * (one ?? 0), 0);
    expect(svg).toContain('&lt;one&gt;');
  });
});

describe('the command line', () => {
  test('reads scenarios and options', () => {
    const command = parseCommand(['accept', '--quick', '--check', '--latency'], () => undefined);
    expect(command).toMatchObject({ scenarios: ['accept'], check: true, out: undefined });
    expect(command.options).toMatchObject({ quick: true, latency: { sqsMs: 10, dynamoMs: 5 } });
  });

  test('refuses unknown options', () => {
    expect(() => parseCommand(['--fast'], () => undefined)).toThrow("Unknown option '--fast'");
  });
});
