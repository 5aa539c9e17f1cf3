/** A seed always produces the same orders and the same faults. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseOptions, UsageError } from '../src/chaos/options.js';
import { CARD_NUMBER, chaosCatalogue, planOrders } from '../src/chaos/orders.js';
import { createRandom } from '../src/chaos/random.js';
import { CHAOS_KINDS, createSchedule, INSTANCES, MESSAGE_FAULTS, VICTIMS } from '../src/chaos/schedule.js';

const seeds = fc.nat();
const durations = fc.integer({ min: 20_000, max: 900_000 });

/** Maximum number of deaths of a process within a minute, after which the stack stops. */
const DEATHS_MAX = 5;

describe('a schedule', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(createSchedule(7, 60_000)).toEqual(createSchedule(7, 60_000));
    expect(createSchedule(7, 60_000)).not.toEqual(createSchedule(8, 60_000));
  });

  test('has every kind of fault that is not one of messages, within its time', () => {
    fc.assert(
      fc.property(seeds, durations, (seed, durationMs) => {
        const schedule = createSchedule(seed, durationMs);
        const kinds = schedule.map((event) => {
          if (event.kind === 'window') return event.fault;
          if (event.kind === 'operator') return `operator:${event.command}`;
          return 'part' in event ? `${event.kind}:${event.part}` : event.kind;
        });
        expect([...new Set(kinds), ...MESSAGE_FAULTS].toSorted()).toEqual([...CHAOS_KINDS].toSorted());
        for (const event of schedule) {
          expect(event.atMs).toBeGreaterThanOrEqual(0);
          expect(event.atMs).toBeLessThanOrEqual(durationMs);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('kills no process more often than the stack restarts it', () => {
    fc.assert(
      fc.property(seeds, durations, (seed, durationMs) => {
        const deaths = createSchedule(seed, durationMs).flatMap((event) =>
          event.kind === 'kill' || event.kind === 'stop' ? [event] : [],
        );
        for (const { part, instance, atMs } of deaths) {
          const own = deaths.filter((death) => death.part === part && death.instance === instance);
          const within = own.filter((death) => death.atMs >= atMs && death.atMs < atMs + 60_000);
          expect(within.length).toBeLessThanOrEqual(DEATHS_MAX);
        }
      }),
    );
  });

  test('of 5,000 orders kills and pauses every process more than once', () => {
    const schedule = createSchedule(1, 420_000);
    for (const kind of ['kill', 'pause'])
      for (const part of VICTIMS)
        for (let instance = 0; instance < INSTANCES[part]; instance += 1) {
          const own = schedule.filter(
            (event) =>
              event.kind === kind && 'part' in event && event.part === part && event.instance === instance,
          );
          expect(own.length).toBeGreaterThan(1);
        }
  });
});

describe('a plan of orders', () => {
  const plan = (seed: number, count = 400) => planOrders(createRandom(seed, 'orders'), count, 30_000);

  test('is the same for the same seed', () => {
    expect(plan(3)).toEqual(plan(3));
    expect(plan(3)).not.toEqual(plan(4));
  });

  test('has buyers of every kind', () => {
    const orders = plan(1);
    const tokens = new Set(orders.map(({ body }) => body.payment_method));
    expect(tokens).toEqual(
      new Set(['pm_card_visa', 'pm_card_chargeDeclined', 'pm_card_timeout', 'pm_card_slow', CARD_NUMBER]),
    );
    expect(new Set(orders.map(({ body }) => body.items.length))).toEqual(new Set([0, 1, 2, 3]));
    expect(new Set(orders.map(({ posts }) => posts))).toEqual(new Set([1, 2]));
    expect(new Set(orders.map(({ cancel }) => cancel))).toEqual(
      new Set([undefined, 'at-once', 'when-claimed']),
    );
    expect(
      orders.filter(({ posts, reuse, idempotencyKey }) => (posts > 1 || reuse) && !idempotencyKey),
    ).toEqual([]);
    const reuses = orders.flatMap(({ body, reuse }) => (reuse ? [reuse.body.amount === body.amount] : []));
    expect(new Set(reuses)).toEqual(new Set([true, false]));
  });

  test('wants more of the scarce items than there are, and less of the others', () => {
    const orders = plan(1);
    const wanted = (sku: string) =>
      orders.flatMap(({ body }) => body.items).filter((item) => item.sku === sku).length;
    for (const { sku, quantity } of chaosCatalogue(400)) {
      if (quantity < 400) expect(wanted(sku)).toBeGreaterThan(quantity);
      else expect(3 * wanted(sku)).toBeLessThan(quantity);
    }
  });
});

describe('the command line', () => {
  test('has defaults', () => {
    expect(parseOptions([])).toMatchObject({
      seed: 1,
      orders: 300,
      mutation: undefined,
      reportFile: undefined,
    });
    expect(parseOptions([]).scenario.durationMs).toBe(37_500);
    expect(parseOptions(['--minutes', '2']).scenario.durationMs).toBe(120_000);
    expect(parseOptions(['--scenario', 'outage', '--seconds', '120']).scenario.durationMs).toBe(135_000);
    expect(parseOptions(['--outage-minutes', '5']).scenario).toMatchObject({
      durationMs: 315_000,
      kinds: ['gateway-outage'],
      allowsDeadLetters: false,
    });
  });

  test.each([
    [['--seed', 'x'], '--seed x: not a whole number'],
    [['--seed', ''], '--seed : not a whole number'],
    [['--orders', '0'], '--orders 0: not a whole number from 1 to 100000'],
    [['--orders', '1.5'], '--orders 1.5: not a whole number'],
    [['--minutes', '0'], '--minutes 0: not a number from 0.5 to 240'],
    [['--orders', '5000', '--minutes', '1'], '5000 orders in 60 s are more than 50 a second'],
    [['--mutation', 'none'], '--mutation none: there are claim, decide, capture, outcome'],
    [['--scenario', 'rain'], '--scenario rain: there are chaos and outage'],
    [['--scenario', 'outage', '--minutes', '1'], '--minutes is for --scenario chaos'],
    [['--outage-minutes', '0'], '--outage-minutes 0: not a number from 0.1 to 240'],
    [
      ['--outage-minutes', '1', '--seconds', '5'],
      '--outage-minutes goes with neither --minutes nor --seconds',
    ],
    [['--seconds', '5'], '--seconds is for --scenario outage'],
    [['--what'], "Unknown option '--what'"],
    [['extra'], "Unexpected argument 'extra'"],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
