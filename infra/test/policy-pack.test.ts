/** The policy pack, served by Pulumi's own loader and called as the engine calls it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import analyzerGrpc from '@pulumi/pulumi/proto/analyzer_grpc_pb.js';
import analyzerPb from '@pulumi/pulumi/proto/analyzer_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import structPb from 'google-protobuf/google/protobuf/struct_pb.js';
import { RULES } from '../policy/rules/index.ts';
import { ROOT } from './support/capture.ts';

const PACK = join(ROOT, 'infra/policy');

let server: ChildProcess;
let client: InstanceType<typeof analyzerGrpc.AnalyzerClient>;

beforeAll(async () => {
  const loader = createRequire(import.meta.url).resolve('@pulumi/pulumi/cmd/run-policy-pack/index.js');
  // The loader requires the address of an engine, but never calls it.
  server = spawn(process.execPath, [loader, '127.0.0.1:1', PACK], {
    cwd: PACK,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    server.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
    server.once('exit', (code) => reject(new Error(`The policy pack ended with ${code}`)));
  });
  client = new analyzerGrpc.AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
});

afterAll(() => {
  client.close();
  server.kill();
});

async function analyze(type: string, name: string, inputs: Record<string, unknown>): Promise<string[]> {
  const request = new analyzerPb.AnalyzeRequest();
  request.setType(type);
  request.setName(name);
  request.setUrn(`urn:pulumi:prod::order-pipeline::${type}::${name}`);
  request.setProperties(structPb.Struct.fromJavaScript(inputs as never));
  const options = new analyzerPb.AnalyzerResourceOptions();
  options.setProtect(true);
  request.setOptions(options);
  const call = promisify(client.analyze.bind(client)) as (
    request: analyzerPb.AnalyzeRequest,
  ) => Promise<analyzerPb.AnalyzeResponse>;
  return (await call(request)).getDiagnosticsList().map((it) => `${it.getPolicyname()}: ${it.getMessage()}`);
}

describe('the policy pack', () => {
  it('enforces every rule', async () => {
    const call = promisify(client.getAnalyzerInfo.bind(client)) as (
      request: emptyPb.Empty,
    ) => Promise<analyzerPb.AnalyzerInfo>;
    const info = await call(new emptyPb.Empty());
    expect(info.getName()).toBe('order-pipeline');
    const policies = info.getPoliciesList();
    expect(policies.map((policy) => policy.getName())).toEqual(RULES.map(({ name }) => name));
    expect(new Set(policies.map((policy) => policy.getEnforcementlevel()))).toEqual(
      new Set([analyzerPb.EnforcementLevel.MANDATORY]),
    );
  });

  it('lets a sound queue pass', async () => {
    const inputs = {
      messageRetentionSeconds: 1_209_600,
      sqsManagedSseEnabled: true,
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: 'arn:aws:sqs:::dlq', maxReceiveCount: 5 }),
    };
    expect(await analyze('aws:sqs/queue:Queue', 'order-queue', inputs)).toEqual([]);
  });

  it('stops one without encryption and redrive', async () => {
    const [encryption, redrive, ...others] = await analyze('aws:sqs/queue:Queue', 'order-queue', {
      messageRetentionSeconds: 1_209_600,
    });
    expect(encryption).toContain('set sqsManagedSseEnabled');
    expect(redrive).toContain('has no redrivePolicy');
    expect(others).toEqual([]);
  });
});
