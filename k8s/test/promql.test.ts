/** Every selector of any expression gets the matcher. */
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { addMatcher } from '../src/observability/promql.ts';
import { TEXTS } from './support/contexts.ts';

const N = 'namespace="shop"';

describe('addMatcher', () => {
  it.each([
    ['up == 0', `up{${N}} == 0`],
    ['up{} == 0', `up{${N}} == 0`],
    ['sum by (le) (rate(a_bucket{job="b"}[5m]))', `sum by (le) (rate(a_bucket{${N},job="b"}[5m]))`],
    ['a / on (b) group_left c', `a{${N}} / on (b) group_left c{${N}}`],
    ['{__name__=~"a.*"}', `{${N},__name__=~"a.*"}`],
    ['max_over_time(a[5m] offset 1h) > bool 3', `max_over_time(a{${N}}[5m] offset 1h) > bool 3`],
    ['rec:ord:rate5m{a="{b}"} > 1', `rec:ord:rate5m{${N},a="{b}"} > 1`],
    ['1 + vector(2)', '1 + vector(2)'],
  ])('%s', (expression, confined) => {
    expect(addMatcher(expression, N)).toBe(confined);
  });

  it('throws on what is no PromQL', () => {
    expect(() => addMatcher('sum(rate(', N)).toThrow('Not PromQL');
  });

  it('confines every selector of the repository once', () => {
    const { groups } = parse(TEXTS.rules) as { groups: { rules: { expr: string }[] }[] };
    for (const { expr } of groups.flatMap(({ rules }) => rules)) {
      expect(addMatcher(expr, N).split(N).length).toBeGreaterThan(1);
    }
  });
});
