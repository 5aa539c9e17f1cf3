/** CPU time of one AWS call in its caller: our lean calls against the SDK's own. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { freePort } from '@order-pipeline/local/redis-server';
import { createSqs } from '@order-pipeline/platform/aws';
import { removeCallLog } from '@order-pipeline/platform/aws-options';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { benchProgram, MeasuredProcess } from '../harness/measured-process.js';
import { untilListening } from '../harness/ready.js';
import { interleave } from '../harness/rounds.js';
import { toSdkConfig } from '../harness/sdk-config.js';
import { median, ratios, summarize } from '../harness/stats.js';
import { micros, spread } from '../report/format.js';
import type { BenchOptions, ScenarioReport } from '../scenario.js';
import { toLayerCalls, toQueueCalls, toSdkCalls } from './calls.js';

const IN_FLIGHT = 16;
const OPTIONS = { region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 5_000 };

/** Measures. */
export async function runAws({ quick, say }: BenchOptions): Promise<ScenarioReport> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  const server = new MeasuredProcess({
    name: 'AWS',
    program: benchProgram('aws/server.js'),
    env: { PORT: String(port) },
  });
  const sdkQueue = new SQSClient({ ...toSdkConfig(OPTIONS.requestTimeoutMs), md5: false });
  removeCallLog(sdkQueue);
  const leanQueue = createSqs(OPTIONS);
  const sdkTable = new DynamoDBClient(toSdkConfig(OPTIONS.requestTimeoutMs));
  removeCallLog(sdkTable);
  const sdkTables = DynamoDBDocumentClient.from(sdkTable, {
    marshallOptions: { removeUndefinedValues: true },
  });
  const leanTables = createDynamo(OPTIONS);
  try {
    await untilListening([port]);
    const sdk = { ...toSdkCalls(sdkTables), ...toQueueCalls(sdkQueue, endpoint) };
    const lean = { ...toLayerCalls(leanTables), ...toQueueCalls(leanQueue, endpoint) };
    const results = new Map<string, { sdk: number[]; lean: number[] }>();
    for (const [name, call] of Object.entries(lean)) {
      const samples = await interleave(
        [
          { name: 'sdk', measure: () => measureCall(sdk[name] ?? call, quick ? 500 : 2_000) },
          { name: 'lean', measure: () => measureCall(call, quick ? 500 : 2_000) },
        ],
        { rounds: quick ? 3 : 7, warmUps: 2, say: (line) => say(`${name}: ${line}`) },
      );
      results.set(name, { sdk: samples.get('sdk') ?? [], lean: samples.get('lean') ?? [] });
    }
    return toReport(results);
  } finally {
    for (const client of [sdkQueue, leanQueue, sdkTables, leanTables]) client.destroy();
    await server.stop();
  }
}

/** Returns the CPU time of one call in microseconds. */
async function measureCall(call: () => Promise<unknown>, calls: number): Promise<number> {
  let left = calls;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

function toReport(results: ReadonlyMap<string, { sdk: number[]; lean: number[] }>): ScenarioReport {
  return {
    title: 'AWS calls',
    method:
      `CPU time of one call in its caller, ${IN_FLIGHT} in flight, against a server that answers at once. SDK: its document ` +
      'client and SQS client with keep-alive connections, without MD5 sums and call log, as the services used them before. ' +
      'Both turn plain objects into attribute values and back.',
    tables: [
      {
        title: 'CPU per call',
        columns: ['call', 'AWS SDK', 'lean', 'lean of SDK'],
        rows: [...results].map(([name, { sdk, lean }]) => [
          name,
          spread(sdk, micros),
          spread(lean, micros),
          median(ratios(lean, sdk)).toFixed(2),
        ]),
      },
    ],
    charts: [
      {
        kind: 'bars',
        file: 'aws.svg',
        title: 'CPU per AWS call in its caller',
        unit: 'µs',
        bars: [...results].flatMap(([name, { sdk, lean }]) =>
          Object.entries({ SDK: sdk, lean }).map(([kind, own]) => {
            const { median: value, min, max } = summarize(own);
            return { name: `${name}, ${kind}`, value, min, max };
          }),
        ),
      },
    ],
    budgets: [],
    data: Object.fromEntries(results),
  };
}
