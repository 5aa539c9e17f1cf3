/** The payment provider of the fault harness: acts once for each key, and its journal survives its death. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readJournal } from '../src/chaos/provider/journal.js';
import { type Provider, startProvider } from '../src/chaos/provider/server.js';

let directory: string;
let journalFile: string;
let provider: Provider;

const start = () => startProvider({ port: 0, journalFile, slowMs: 1 });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'provider-'));
  journalFile = join(directory, 'journal.jsonl');
  provider = await start();
});

afterEach(async () => {
  await provider.stop();
  await rm(directory, { recursive: true });
});

async function post(path: string, form: Record<string, string>, key: string, signal?: AbortSignal) {
  const response = await fetch(`http://127.0.0.1:${provider.port}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer rk_test_x', 'idempotency-key': key },
    body: new URLSearchParams(form),
    ...(signal && { signal }),
  });
  const { id, status, error } = (await response.json()) as { id: string; status: string; error?: object };
  return { code: response.status, id, status, ...(error && { error }) };
}

async function get(path: string): Promise<{ id: string; status: string }[]> {
  const headers = { authorization: 'Bearer rk_test_x' };
  const response = await fetch(`http://127.0.0.1:${provider.port}/v1/${path}`, { headers });
  return ((await response.json()) as { data: { id: string; status: string }[] }).data;
}

const authorize = (key: string, method = 'pm_card_visa', signal?: AbortSignal) =>
  post(
    'payment_intents',
    { amount: '100', currency: 'usd', payment_method: method, 'metadata[order_key]': key },
    `${key}:authorize`,
    signal,
  );

const journal = () => readJournal(journalFile).map(({ kind, key, amount }) => `${kind} ${key} ${amount}`);

test('a repeat is answered as the first call was, and nothing is done twice', async () => {
  const first = await authorize('o1');
  expect(first).toMatchObject({ code: 200, status: 'requires_capture' });
  const captured = await post(`payment_intents/${first.id}/capture`, {}, 'o1:capture');
  expect(captured).toMatchObject({ code: 200, status: 'succeeded' });
  expect(await post(`payment_intents/${first.id}/capture`, {}, 'o1:capture')).toEqual(captured);
  expect(await authorize('o1')).toEqual(first);
  expect(journal()).toEqual(['authorized o1 100', 'captured o1 100']);
});

test('a capture and a void bar each other', async () => {
  const [sold, given] = [await authorize('o1'), await authorize('o2')];
  await post(`payment_intents/${sold.id}/capture`, {}, 'o1:capture');
  await post(`payment_intents/${given.id}/cancel`, {}, 'o2:cancel');
  const error = expect.objectContaining({ code: 'payment_intent_unexpected_state' });
  expect(await post(`payment_intents/${sold.id}/cancel`, {}, 'o1:cancel')).toMatchObject({
    code: 400,
    error,
  });
  expect(await post(`payment_intents/${given.id}/capture`, {}, 'o2:capture')).toMatchObject({
    code: 400,
    error,
  });
  expect(journal()).toEqual(['authorized o1 100', 'authorized o2 100', 'captured o1 100', 'voided o2 100']);
});

test('no more is refunded than was charged', async () => {
  const { id } = await authorize('o1');
  await post(`payment_intents/${id}/capture`, {}, 'o1:capture');
  const refund = (amount: string, name: string) =>
    post('refunds', { payment_intent: id, amount, 'metadata[refund_id]': name }, `o1:refund:${name}`);
  expect(await refund('60', 'a')).toMatchObject({ code: 200 });
  expect(await refund('60', 'a')).toMatchObject({ code: 200 });
  expect(await refund('41', 'b')).toMatchObject({ code: 400 });
  expect(await get(`refunds?payment_intent=${id}`)).toHaveLength(1);
  expect(journal().at(-1)).toBe('refunded o1 60');
});

test('declines, and loses the first answer to a payment that it took', async () => {
  expect(await authorize('o1', 'pm_card_chargeDeclined')).toMatchObject({ code: 402 });
  await expect(authorize('o2', 'pm_card_timeout', AbortSignal.timeout(200))).rejects.toThrow('timeout');
  expect(await authorize('o2', 'pm_card_timeout')).toMatchObject({ code: 200, status: 'requires_capture' });
  expect(journal()).toEqual(['declined o1 100', 'authorized o2 100']);
});

test('continues from its journal after a crash', async () => {
  const first = await authorize('o1');
  await authorize('o2');
  await post(`payment_intents/${first.id}/capture`, {}, 'o1:capture');
  await provider.stop();
  provider = await start();
  expect(await authorize('o1')).toEqual(first);
  const search = (query: string) => get(`payment_intents/search?query=${encodeURIComponent(query)}`);
  expect(await search("metadata['order_key']:'o1'")).toMatchObject([{ id: first.id, status: 'succeeded' }]);
  expect(await search("status:'requires_capture' AND created<9999999999")).toHaveLength(1);
  expect(await get('payment_intents?limit=1')).toHaveLength(1);
  expect(readJournal(journalFile)).toHaveLength(3);
});

test('authorizations lapse for a time: every third is voided by the provider itself', async () => {
  await fetch(`http://127.0.0.1:${provider.port}/lapses?for_ms=60000`, { method: 'POST' });
  const intents = [];
  for (const key of ['o1', 'o2', 'o3', 'o4']) intents.push(await authorize(key));
  expect(intents.map(({ status }) => status)).toEqual(Array(4).fill('requires_capture'));
  expect(journal()).toContain('voided o3 100');
  const captures = intents.map(({ id }, index) => post(`payment_intents/${id}/capture`, {}, `c${index}`));
  expect((await Promise.all(captures)).map(({ code }) => code)).toEqual([200, 200, 400, 200]);
});
