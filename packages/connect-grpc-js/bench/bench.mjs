/** CPU time of one unary call, client and server together, for each stack in one run. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

const STACKS = ['grpc-js', 'connect-grpc-js', 'connect-node gRPC', 'connect-node Connect, HTTP/2'];
const CALLS = 8_000;
const ROUNDS = 5;

const ask = async (worker, order) => {
  worker.send(order);
  const [reply] = await once(worker, 'message');
  return reply;
};

const pairs = [];
for (const stack of STACKS) {
  const [server, client] = ['server', 'client'].map((role) =>
    fork(new URL('./worker.mjs', import.meta.url), [role, stack]),
  );
  await ask(client, { port: await ask(server, {}) });
  await ask(client, { calls: CALLS });
  pairs.push({ stack, server, client, samples: [] });
}

// Rounds go through all stacks in turn, so that a busy moment of the machine hits all alike.
for (let round = 0; round < ROUNDS; round += 1)
  for (const { server, client, samples } of pairs) {
    const cpu = async () => (await ask(server, { cpu: true })) + (await ask(client, { cpu: true }));
    const before = await cpu();
    await ask(client, { calls: CALLS });
    samples.push(((await cpu()) - before) / CALLS);
  }

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const [base] = pairs;
process.stdout.write(
  `CPU time in µs per call, node ${process.version}, ${ROUNDS} rounds of ${CALLS} calls, 50 in flight\n`,
);
for (const { stack, server, client, samples } of pairs) {
  const ratio = median(samples.map((sample, round) => sample / base.samples[round]));
  process.stdout.write(
    `${stack.padEnd(30)}${median(samples).toFixed(0).padStart(6)}${ratio.toFixed(2).padStart(8)}\n`,
  );
  server.disconnect();
  client.disconnect();
}
