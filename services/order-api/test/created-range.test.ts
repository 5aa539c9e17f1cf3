import { beforeAll, describe, expect, test } from '@jest/globals';
import { startIn, toCreatedRange } from '../src/orders/created-range.js';
import { call, logIn, putRecord, toRecord } from './harness.js';
import { api, stack } from './running-api.js';

describe('the range', () => {
  test.each([
    [undefined, undefined, { from: undefined, to: undefined }],
    ['2026-01-15T09:30:00Z', undefined, { from: '2026-01-15T09:30:00.000Z', to: undefined }],
    [undefined, '2026-01-15T09:30:00Z', { from: undefined, to: '2026-01-15T09:29:59.999Z' }],
    ['2026-01-15T09:30:00+02:00', undefined, { from: '2026-01-15T07:30:00.000Z', to: undefined }],
    ['2024-02-29T00:00:00.5Z', undefined, { from: '2024-02-29T00:00:00.500Z', to: undefined }],
  ])('from %s until before %s', (after, before, range) => {
    expect(toCreatedRange(after, before)).toEqual(range);
  });

  test.each(['2026-02-30T00:00:00Z', '2025-02-29T00:00:00Z', '2026-04-31T23:00:00-05:00'])(
    'has no %s',
    (day) => {
      expect(() => toCreatedRange(day, undefined)).toThrow('1 field is not valid.');
      expect(() => toCreatedRange(undefined, day)).toThrow('1 field is not valid.');
    },
  );
});

describe('the start within the range', () => {
  const at = (second: number) => ({ created_at: `2026-01-15T09:30:0${second}.000Z`, order_id: 'o' });
  const range = { from: at(2).created_at, to: at(4).created_at };
  test.each([
    ['none', range, undefined, { position: undefined }],
    ['within', range, at(3), { position: at(3) }],
    ['at its newest', range, at(4), { position: at(4) }],
    ['newer', range, at(5), { position: undefined }],
    ['older', range, at(1), undefined],
    ['any, where there is no range', {}, at(1), { position: at(1) }],
    ['any, in an empty range', { from: range.to, to: range.from }, at(3), undefined],
  ])('of a position that is %s', (_, created, position, start) => {
    expect(startIn(created, position)).toEqual(start);
  });
});

describe('own orders by time', () => {
  const idOf = (n: number) => `00000000-0000-7000-8000-00000000020${n}`;
  const timeOf = (n: number) => `2026-01-15T09:30:0${n}.000Z`;
  let headers: Record<string, string>;

  beforeAll(async () => {
    headers = await logIn(api, 'ranger');
    for (let n = 0; n < 6; n += 1)
      await putRecord(
        stack,
        toRecord(idOf(n), 'ranger', { created_at: timeOf(n), status: n % 2 ? 'COMPLETED' : 'REJECTED' }),
      );
  });

  const list = async (query: Record<string, string>) => {
    const answer = await call(`${api.url}/orders?${new URLSearchParams(query)}`, { headers });
    expect(answer.status).toBe(200);
    const ids: string[] = answer.body.orders.map((order: { order_id: string }) => order.order_id);
    return { numbers: ids.map((id) => Number(id.at(-1))), cursor: answer.body.next_cursor as string };
  };

  test.each([
    [{ created_after: timeOf(4) }, [5, 4]],
    [{ created_before: timeOf(2) }, [1, 0]],
    [{ created_after: timeOf(1), created_before: timeOf(4) }, [3, 2, 1]],
    [{ created_after: timeOf(1), created_before: timeOf(4), status: 'COMPLETED' }, [3, 1]],
    [{ created_after: timeOf(1), created_before: '2026-01-15T09:30:01.001Z' }, [1]],
    [{ created_after: timeOf(1), created_before: timeOf(1) }, []],
    [{ created_after: timeOf(4), created_before: timeOf(1) }, []],
    [{ created_after: '2026-01-15T11:30:04+02:00' }, [5, 4]],
    [{ created_before: '1999-01-01T00:00:00Z' }, []],
  ])('%j', async (query, numbers) => {
    expect(await list(query)).toEqual({ numbers, cursor: undefined });
  });

  test('in pages', async () => {
    const query = { created_after: timeOf(1), created_before: timeOf(5), limit: '2' };
    const first = await list(query);
    expect(first.numbers).toEqual([4, 3]);
    const second = await list({ ...query, cursor: first.cursor });
    expect(second.numbers).toEqual([2, 1]);
    expect(await list({ ...query, cursor: second.cursor })).toEqual({ numbers: [], cursor: undefined });
  });

  test('with a cursor of another range', async () => {
    const { cursor: newest } = await list({ limit: '1' });
    expect(await list({ created_before: timeOf(2), cursor: newest })).toMatchObject({ numbers: [1, 0] });
    const { cursor: oldest } = await list({ created_before: timeOf(2), limit: '1' });
    expect(await list({ created_after: timeOf(4), cursor: oldest })).toMatchObject({ numbers: [] });
  });

  test.each([
    '2026-01-15',
    '2026-01-15T09:30:00',
    'yesterday',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '',
  ])('answers 422 to %p', async (text) => {
    for (const field of ['created_after', 'created_before']) {
      const answer = await call(`${api.url}/orders?${new URLSearchParams({ [field]: text })}`, { headers });
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ in: 'query', field }] } });
    }
  });
});
