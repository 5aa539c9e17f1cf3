import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EventQueue } from '../src/kernel/event-queue.js';
import { Machine } from '../src/kernel/machine.js';
import { createRandom, draw, integer } from '../src/kernel/random.js';
import { Trace } from '../src/kernel/trace.js';
import { World } from '../src/kernel/world.js';

describe('random numbers', () => {
  test('depend on seed and name alone', () => {
    expect(draw(7, 'a')).toBe(draw(7, 'a'));
    expect(draw(7, 'a')).not.toBe(draw(8, 'a'));
    expect(draw(7, 'a')).not.toBe(draw(7, 'b'));
    const [first, again] = [createRandom(7, 'x'), createRandom(7, 'x')];
    expect([first(), first(), first()]).toEqual([again(), again(), again()]);
  });

  test('spread evenly', () => {
    const hits = Array.from({ length: 10 }, () => 0);
    for (let index = 0; index < 20_000; index += 1) {
      const bucket = Math.floor(draw(3, `name-${index}`) * 10);
      hits[bucket] = (hits[bucket] ?? 0) + 1;
    }
    for (const count of hits) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });

  test('stay within their bounds', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), fc.nat(50), (seed, name, max) => {
        const value = integer(createRandom(seed, name), 0, max);
        expect(Number.isInteger(value) && value >= 0 && value <= max).toBe(true);
      }),
    );
  });
});

test('events leave the queue by time, and by their order at the same time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (times) => {
      const queue = new EventQueue();
      const events = times.map((at, order) => ({ at, order, cancelled: false }));
      for (const event of events) queue.push(event);
      const popped = events.map(() => queue.pop());
      expect(popped).toEqual(events.toSorted((a, b) => a.at - b.at || a.order - b.order));
      expect(queue.pop()).toBeUndefined();
    }),
  );
});

test('the clock of a machine is off and drifts', () => {
  const machine = new Machine('m');
  Object.assign(machine.clock, { offsetMs: -500, driftMsPerSecond: 2 });
  expect(machine.wallClock(10_000)).toBe(10_000 - 500 + 20);
});

describe('a world', () => {
  const create = () => new World({ seed: 1, trace: new Trace(true) });

  test('runs nothing of a dead process, and everything of a paused one later', async () => {
    const world = create();
    const ran: string[] = [];
    for (const name of ['dead', 'paused', 'well'])
      world.start(world.machine(name), () => world.after(10, () => ran.push(`${name} at ${world.now}`)));
    world.crash(world.machine('dead'));
    world.pause(world.machine('paused'), 100);
    await world.run(1_000);
    expect(ran).toEqual(['well at 10', 'paused at 100']);
  });

  test('runs what a pause held back as soon as the pause ends, in the old order', async () => {
    const world = create();
    const machine = world.machine('m');
    const ran: string[] = [];
    world.start(machine, () => {
      for (const at of [10, 20, 50, 300]) world.after(at, () => ran.push(`${at} at ${world.now}`));
    });
    world.pause(machine, 100);
    world.pause(machine, 1_000);
    world.later(50, () => world.resume(machine));
    await world.run(2_000);
    expect(ran).toEqual(['10 at 50', '20 at 50', '50 at 50', '300 at 300']);
  });

  test('runs every microtask of an event before the next event', async () => {
    const world = create();
    const ran: string[] = [];
    world.after(1, () => {
      void (async () => {
        for (let index = 0; index < 5; index += 1) await undefined;
        ran.push('microtasks of the first');
      })();
    });
    world.after(1, () => ran.push('second'));
    await world.run(10);
    expect(ran).toEqual(['microtasks of the first', 'second']);
  });
});
