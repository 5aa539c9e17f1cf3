import { expect, test } from '@jest/globals';
import { findKnee } from '../src/e2e/knee.js';

const point = (rate: number, p95Ms: number, completed = rate) => ({ rate, completed, p95Ms });

test.each([
  ['latency stays', [point(10, 50), point(20, 60), point(40, 90)], 40],
  ['latency grows', [point(10, 50), point(20, 149), point(40, 151)], 20],
  ['a backlog grows', [point(10, 50), point(20, 60, 18.9), point(40, 60)], 10],
  ['a rate after the knee looks good again', [point(10, 50), point(20, 500), point(40, 60)], 10],
  ['the lowest rate is too much', [point(10, 50, 5)], undefined],
  ['nothing was measured', [], undefined],
])('%s', (_, points, knee) => expect(findKnee(points)).toBe(knee));
