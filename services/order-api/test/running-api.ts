/** One stack and one API for a test file: importing them starts both before its tests and stops them afterwards. */
import { afterAll, beforeAll } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { startApi, type TestApi } from './harness.js';

export let stack: TestStack;
export let api: TestApi;

beforeAll(async () => {
  stack = await startTestStack();
  api = await startApi(stack);
});

afterAll(async () => {
  await api.stop();
  await stack.stop();
});
