import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { replaceSection } from '../src/capacity/document.js';
import { findBottleneck, partOf, planCapacity } from '../src/capacity/model.js';

describe('the capacity model', () => {
  test('the document holds its current output (npm run capacity -w bench)', () => {
    const document = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
    expect(document).toBe(replaceSection(document));
  });

  test('has enough CPU and enough slots at every rate', () => {
    for (const rate of [1, 10, 100, 1_000, 10_000, 100_000]) {
      const { tasks } = planCapacity(rate);
      expect(tasks.processor * 1_000 * 0.6).toBeGreaterThanOrEqual(rate * 2.3);
      expect(tasks.processor * 64).toBeGreaterThanOrEqual(rate * 0.5);
      expect(Math.min(...Object.values(tasks))).toBeGreaterThanOrEqual(3);
    }
  });

  test('demands and costs grow with the rate', () => {
    const [low, high] = [planCapacity(1_000), planCapacity(10_000)];
    high.demands.forEach((demand, index) => {
      expect(partOf(demand)).toBeGreaterThan(partOf(low.demands[index] ?? demand));
    });
    expect(high.usdPerHour.requests).toBeCloseTo(low.usdPerHour.requests * 10);
  });

  test('names the bottleneck', () => {
    expect(findBottleneck(planCapacity(10_000)).name).toContain('warm throughput');
    expect(() => replaceSection('no markers')).toThrow('does not hold');
  });
});
