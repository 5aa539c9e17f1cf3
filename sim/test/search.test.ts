import { describe, expect, test } from '@jest/globals';
import { createPlan } from '../src/plan/generate.js';
import type { Plan } from '../src/plan/plan.js';
import { toMermaid, toText } from '../src/search/diagram.js';
import { parseOptions, UsageError } from '../src/search/options.js';
import { shrink } from '../src/search/shrink.js';

describe('a plan', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(createPlan(7)).toEqual(createPlan(7));
    expect(createPlan(7)).not.toEqual(createPlan(8));
  });

  test('has all its faults before they end', () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const { incidents, windows, faultsEndMs } = createPlan(seed);
      for (const { at } of incidents) expect(at).toBeLessThanOrEqual(faultsEndMs);
      for (const { from, to } of windows) expect(from <= to && to <= faultsEndMs).toBe(true);
    }
  });
});

describe('shrinking', () => {
  const plan: Plan = { ...createPlan(1), incidents: createPlan(7).incidents };
  const fired = Array.from({ length: 100 }, (_, index) => `fault-${index}`);

  test('keeps what the failure needs, and nothing else', async () => {
    const part = await shrink(
      plan,
      fired,
      async ({ plan: smaller, allowed }) => {
        const fails =
          allowed.has('fault-17') && allowed.has('fault-80') && smaller.clients.some(({ id }) => id === 5);
        return {
          violations: fails ? [{ kind: 'oversold', subject: '', detail: '' }] : [],
          fired: [...allowed],
        };
      },
      { kind: 'oversold', mayGoOn: () => true },
    );
    expect([...part.allowed]).toEqual(['fault-17', 'fault-80']);
    expect(part.plan.clients.map(({ id }) => id)).toEqual([5]);
    expect(part.plan.incidents).toEqual([]);
    expect(part.plan.clients[0]).toMatchObject({ tries: 1, posts: 1, followed: false });
  });

  test('returns the whole run when there is no time', async () => {
    const run = async () => ({ violations: [], fired: [] });
    const part = await shrink(plan, fired, run, { kind: 'lost', mayGoOn: () => false });
    expect(part.allowed.size).toBe(fired.length);
    expect(part.plan.clients).toHaveLength(plan.clients.length);
  });
});

describe('a diagram', () => {
  const lines = [
    { at: 5_000, from: 'api-1', to: 'sqs', text: 'SendMessageBatch order-queue !lost-answer' },
    { at: 5_001, from: 'processor-1', to: 'sqs', text: 'ReceiveMessage order-queue' },
    { at: 5_002, from: 'client-1', to: 'client-1', text: 'is told 503; #1' },
  ];

  test('as text leaves idle polls out', () => {
    expect(toText(lines)).toBe(
      [
        '     5.000  api-1    -> sqs  SendMessageBatch order-queue !lost-answer',
        '     5.002  client-1         is told 503; #1',
      ].join('\n'),
    );
  });

  test('for Mermaid has participants, arrows and notes', () => {
    expect(toMermaid(lines).split('\n')).toEqual([
      'sequenceDiagram',
      '  participant p0 as api-1',
      '  participant p1 as sqs',
      '  participant p2 as client-1',
      '  p0->>p1: 5.000 s SendMessageBatch order-queue !lost-answer',
      '  note over p2: 5.002 s is told 503   1',
    ]);
  });
});

describe('the command line', () => {
  test.each([
    [[], { command: 'search', scenario: 'swarm', base: '42', forMs: 60_000, jobs: 1 }],
    [
      ['--seconds', '30', '--base', 'commit', '--jobs', '2'],
      { command: 'search', scenario: 'swarm', base: 'commit', forMs: 30_000, jobs: 2 },
    ],
    [['--minutes', '10'], { command: 'search', scenario: 'swarm', base: '42', forMs: 600_000, jobs: 1 }],
    [
      ['--seed', '7', '--mermaid'],
      { command: 'replay', seed: 7, scenario: 'swarm', mermaid: true, whole: false },
    ],
    [['--mutations', '--only', 'claim'], { command: 'mutations', only: 'claim', jobs: 1 }],
  ])('%j', (args, options) => {
    expect(parseOptions(args, 42)).toEqual(options);
  });

  test.each([
    [['--seed', 'x']],
    [['--minutes', '1', '--seconds', '1']],
    [['--frobnicate']],
    [['--jobs', '0']],
    [['--scenario', 'x']],
  ])('refuses %j', (args) => {
    expect(() => parseOptions(args, 42)).toThrow(UsageError);
  });
});
