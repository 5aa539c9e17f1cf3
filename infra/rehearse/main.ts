/**
 * `npm run rehearse [-- local dev prod]`: deploys each stack with the real Pulumi CLI into an emulated AWS, tries it, changes
 * it and takes it down. `--with operations,tracing` turns these parts on. docs/deploy.md says what it needs; it skips with a message where something is missing.
 *
 *   REHEARSE_ENDPOINT  an emulator that runs already, instead of moto
 *   REHEARSE_REPORT    a file for the table of steps
 */
import { createWriteStream, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { toDeployedServices } from '../src/decide/features.ts';
import { Cloud } from './cloud.ts';
import { startEmulator, startRedis } from './emulator.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import { Recorder, type Step, toReport } from './report.ts';
import { type Extra, parseExtras, readSettings, STACK_NAMES, type StackName } from './settings.ts';
import { type SpanReceiver, startSpanReceiver } from './spans.ts';
import { rehearse } from './stack.ts';
import { cacheFolder, findTools, type Tools, toSkipMessage } from './tools.ts';
import { createWorkspace } from './workspace.ts';

const ACCOUNT = '123456789012';
const root = resolve(import.meta.dirname, '../..');
const print = (text: string) => process.stdout.write(`${text}\n`);

/** Creates the zone that prod needs. AWS's ids start with Z; moto's are any letters, so zones are made until one does. */
async function createZone(cloud: Cloud): Promise<string> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const { HostedZone } = await cloud.call<{ HostedZone: { Id: string } }>('route53', 'CreateHostedZone', {
      Name: 'acme.shop',
      CallerReference: `rehearsal-${tries}`,
    });
    const id = HostedZone.Id.split('/').at(-1) ?? '';
    if (id.startsWith('Z')) return id;
  }
  throw new Error('The emulator makes no zone whose id starts with Z');
}

async function rehearseStack(
  stack: StackName,
  tools: Tools,
  extras: readonly Extra[],
): Promise<readonly Step[]> {
  const region = stack === 'local' ? 'us-east-1' : 'eu-central-1';
  const folder = join(cacheFolder(process.env), 'rehearsal', stack);
  const emulator = await startEmulator(tools.python, process.env.REHEARSE_ENDPOINT);
  const redis = await startRedis();
  const cloud = new Cloud({ python: tools.python, endpoint: emulator.endpoint, region });
  let issuer: Issuer | undefined;
  let spans: SpanReceiver | undefined;
  const stop = async () => {
    await issuer?.stop();
    await spans?.stop();
    cloud.stop();
    await redis.stop();
    await emulator.stop();
  };
  const interrupt = () => void stop().then(() => process.exit(130));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const recorder = new Recorder(print, () => Date.now());
  print(`rehearse: ${stack}`);
  try {
    const zoneId = stack === 'prod' || extras.includes('operations') ? await createZone(cloud) : '';
    const options = { root, folder, tools, endpoint: emulator.endpoint, region };
    const settings = { [stack]: readSettings(root, stack, zoneId, emulator.endpoint, extras) };
    const { project, environment, revision } = createWorkspace(options, settings);
    const logs = join(folder, 'logs');
    mkdirSync(logs, { recursive: true });
    issuer = extras.includes('operations') ? await startIssuer(logs) : undefined;
    spans = extras.includes('tracing') ? await startSpanReceiver() : undefined;
    const transcript = createWriteStream(join(logs, 'pulumi.log'));
    await rehearse({
      stack,
      cloud,
      revision,
      recorder,
      cli: { pulumi: tools.pulumi, project, environment, stack, log: (text) => transcript.write(text) },
      tasks: {
        ...{ cloud, root, logs, endpoint: emulator.endpoint, region, account: ACCOUNT },
        ...{ prefix: `order-pipeline-${stack}`, redisPort: redis.port },
        ...(issuer && { issuer }),
        ...(spans && { spans }),
        services: toDeployedServices({
          webhooks: settings[stack]?.['order-pipeline:webhooks'] === 'on',
          operations: settings[stack]?.['order-pipeline:operations'] === 'on',
        }),
      },
    });
    return recorder.steps;
  } catch (error) {
    print(`rehearse: ${stack} failed; the logs are in ${join(folder, 'logs')}`);
    throw error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await stop();
  }
}

const { tools, missing } = findTools(process.env);
const extras = parseExtras(process.argv);
const named = STACK_NAMES.filter((name) => process.argv.includes(name));
const stacks = named.length > 0 ? named : STACK_NAMES;
if (!tools) {
  process.stdout.write(toSkipMessage(missing));
} else if (!existsSync(join(root, 'services/order-api/dist/main.js'))) {
  process.stderr.write('rehearse: the services are not built: npm run build\n');
  process.exitCode = 1;
} else {
  const reports: Record<string, readonly Step[]> = {};
  for (const stack of stacks) reports[stack] = await rehearseStack(stack, tools, extras);
  const report = toReport(reports);
  print(report);
  if (process.env.REHEARSE_REPORT) writeFileSync(process.env.REHEARSE_REPORT, `${report}\n`);
  print('rehearse: passed');
}
