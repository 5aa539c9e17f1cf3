import { spawnSync } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { createLogDestination } from '../src/log-destination.js';
import { createLineWriter, createLogger } from '../src/logger.js';
import { createWork, runWork } from '../src/work.js';

/** A logger and the objects that it wrote. */
function recordingLogger(level = 'info') {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger('shop', level, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { logger, lines };
}

test('writes one JSON object a line with an ISO time, the level as a word and the service', () => {
  const { logger, lines } = recordingLogger();
  logger.info({ order_id: 'o-1', items: [{ sku: 'MUG-01' }] }, 'order settled');
  logger.debug('below the level');
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'shop',
      order_id: 'o-1',
      items: [{ sku: 'MUG-01' }],
      msg: 'order settled',
    },
  ]);
});

const SECRETS = [
  ...['authorization', 'cookie', 'password', 'password_hash', 'passwordHash', 'access_token', 'accessToken'],
  ...['token', 'payment_method', 'paymentMethod', 'signature', 'poll_url', 'pollUrl', 'secret'],
  ...['jwt_secret', 'jwtSecret', 'url_signing_keys', 'urlSigningKeys'],
];

test.each(SECRETS)('never writes %s, at any depth', (field) => {
  const { logger, lines } = recordingLogger();
  const error = Object.assign(new Error('refused'), { config: { headers: { [field]: 's3cr3t' } } });
  logger.info({ [field]: 's3cr3t' });
  logger.info({ order: { [field]: 's3cr3t', amount: 999 } });
  logger.info({ request: { headers: { [field]: ['s3cr3t'] } } });
  logger.info({ orders: [{ [field]: { nested: 's3cr3t' } }] });
  logger.error({ err: error });
  logger.error(error, 'the error alone');
  logger
    .child({})
    .child({ client: { [field]: 's3cr3t' } })
    .info('from a child');
  expect(lines).toHaveLength(7);
  for (const line of lines) expect(JSON.stringify(line)).toMatch(/^(?!.*s3cr3t).*"\[redacted\]"/);
  expect(lines[1]).toMatchObject({ order: { [field]: '[redacted]', amount: 999 } });
});

test('writes errors with type, message, stack and cause, under any field name', () => {
  const { logger, lines } = recordingLogger();
  const error = new TypeError('no answer', { cause: new Error('socket closed') });
  logger.error({ err: error, last: error }, 'failed');
  const written = {
    type: 'TypeError',
    message: expect.stringContaining('no answer: socket closed'),
    stack: expect.stringContaining('logger.test.ts'),
  };
  expect(lines[0]).toMatchObject({ msg: 'failed', err: written, last: written });
});

test('leaves the logged object as it is, and survives cycles, bytes and null', () => {
  const { logger, lines } = recordingLogger();
  const order: Record<string, unknown> = { password: 's3cr3t', note: null, at: new Date(0) };
  order.self = order;
  logger.info({ order, digest: new Uint8Array([1, 2]) });
  expect(order.password).toBe('s3cr3t');
  expect(JSON.stringify(lines)).not.toContain('s3cr3t');
  expect(lines[0]).toMatchObject({
    order: { password: '[redacted]', note: null, at: '1970-01-01T00:00:00.000Z' },
    digest: { 0: 1, 1: 2 },
  });
});

test('a line writer writes what its logger writes, without a search', () => {
  const { logger, lines } = recordingLogger();
  const bound = logger.child({ port: 1 });
  const work = createWork({ request_id: 'r"1', order_id: 'o1', attempt: undefined });
  const fields = { status: 202, steps: { enqueue: 1.5 }, user_id: 'é"\\\n' };
  const write = createLineWriter(bound);
  write(work, { ...fields, aborted: undefined });
  runWork(work, () => bound.info(fields));
  write(createWork({}), { token: 'shown' });
  const [written, usual, last] = lines;
  const { time: _, ...others } = usual ?? {};
  expect(written).toEqual({ ...others, time: expect.stringMatching(/Z$/) });
  expect(Object.keys(written ?? {})).toEqual(Object.keys(usual ?? {}));
  expect(last).toEqual({ level: 'info', time: expect.any(String), service: 'shop', port: 1, token: 'shown' });
  const quiet = recordingLogger('warn');
  createLineWriter(quiet.logger)(work, fields);
  expect(quiet.lines).toEqual([]);
});

describe('the destination', () => {
  test('takes the lines of a turn in one write, before the turn ends', async () => {
    const written: string[] = [];
    const destination = createLogDestination({ write: (text) => written.push(text) });
    destination.write('a\n');
    destination.write('b\n');
    expect(written).toEqual([]);
    await setImmediate();
    destination.write('c\n');
    await setImmediate();
    expect(written).toEqual(['a\nb\n', 'c\n']);
  });

  test('holds no more than a bounded text', () => {
    const written: string[] = [];
    const destination = createLogDestination({ write: (text) => written.push(text) });
    destination.write('x'.repeat(40_000));
    destination.write('y'.repeat(40_000));
    expect(written.map((text) => text.length)).toEqual([80_000]);
  });

  test('loses no line of a process that exits at once or crashes', () => {
    const module = new URL('../dist/log-destination.js', import.meta.url).href;
    const run = (end: string) =>
      spawnSync(process.execPath, [
        '--input-type=module',
        '-e',
        `import { createLogDestination } from ${JSON.stringify(module)};
         createLogDestination().write('last words\\n');
         ${end}`,
      ]).stdout.toString();
    expect(run('process.exit(3)')).toBe('last words\n');
    expect(run("throw new Error('crash')")).toBe('last words\n');
  });
});
