/** ECS tasks and pods are derived from the same functions: the program's tasks are compared with the rendered pods. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ContainerDefinition } from '../../infra/src/decide/containers.ts';
import { toSecretNames } from '../../infra/src/decide/environment.ts';
import { SERVICE_NAMES, type ServiceName, STOP_TIMEOUT_SECONDS } from '../../infra/src/decide/services.ts';
import { capture } from '../../infra/test/support/capture.ts';
import { find, type Graph } from '../../infra/test/support/graph.ts';
import { assertBuilt, PROD_VALUES } from '../../infra/test/support/stacks.ts';
import { type Json, toObjects, workloadsOf } from '../src/check/objects.ts';
import { render } from '../src/render.ts';
import { toVaultFiles } from '../src/vault/policies.ts';
import { CONTEXTS, TEXTS } from './support/contexts.ts';

/** prod on ECS. */
let graph: Graph;

beforeAll(async () => {
  assertBuilt();
  graph = await capture({ stack: 'prod', config: PROD_VALUES });
  expect(graph.errors).toEqual([]);
}, 60_000);

function taskOf(service: ServiceName): ContainerDefinition {
  const { inputs } = find(graph, 'ecs/taskDefinition:TaskDefinition', service);
  return JSON.parse(String(inputs.containerDefinitions))[0];
}

/** Names in a list of readiness pages. */
function namesOf(urls: string | undefined): string[] {
  return urls?.split(',').map((pair) => pair.split('=')[0] ?? '') ?? [];
}

const PROD = CONTEXTS.filter(([name]) => name.startsWith('prod/'));
const CASES = PROD.flatMap(([name, context]) =>
  SERVICE_NAMES.map((service) => [service, name, context] as const),
);

describe.each(CASES)('%s on ECS and in %s', (service, _name, context) => {
  const pods = workloadsOf(toObjects(Object.values(render(context, TEXTS)).flat()));
  const workload = pods.find(({ metadata }) => metadata.name === service);
  const pod = workload?.spec.template.spec;
  const [container] = pod.containers as Json[];
  const podVariables: Record<string, string> = Object.fromEntries(
    container.env.map(({ name, value }: Json) => [name, value]),
  );

  it('has the same variables', () => {
    const task = Object.fromEntries(taskOf(service).environment.map(({ name, value }) => [name, value]));
    const own = Object.entries(podVariables).filter(([name]) => !name.endsWith('_FILE'));
    const { HEALTH_URLS: watched, ...inPod } = Object.fromEntries(own);
    const { HEALTH_URLS: watchedOnEcs, ...inTask } = task;
    expect(inPod).toEqual(inTask);
    // From pod to pod there is a name for each service; on ECS the API is asked as clients reach it, and webhooks is not.
    expect(namesOf(watched).filter((name) => name !== 'webhooks')).toEqual(namesOf(watchedOnEcs));
  });

  it('has the same secrets, as variables there and as files here', () => {
    const task = taskOf(service).secrets.map(({ name }) => name);
    expect([...toSecretNames(service, context.inputs.features)].sort()).toEqual([...task].sort());
    const files = Object.keys(podVariables).filter(
      (name) => name.endsWith('_FILE') && name !== 'AWS_SHARED_CREDENTIALS_FILE',
    );
    expect(files.map((name) => name.replace(/_FILE$/, '')).sort()).toEqual([...task].sort());
  });

  it('listens on the same ports, by the same names', () => {
    const task = taskOf(service).portMappings.map(({ name, containerPort }) => [
      name === 'ops' ? 'http-ops' : name,
      containerPort,
    ]);
    expect(container.ports.map(({ name, containerPort }: Json) => [name, containerPort])).toEqual(task);
  });

  it('is asked for its health on the same port, as often', () => {
    const { command, interval, timeout, retries } = taskOf(service).healthCheck ?? {};
    const { httpGet, periodSeconds, timeoutSeconds, failureThreshold } = container.livenessProbe;
    const port = container.ports.find(({ name }: Json) => name === httpGet.port).containerPort;
    expect(command?.at(-1)).toContain(`127.0.0.1:${port}${httpGet.path}'`);
    expect([periodSeconds, timeoutSeconds, failureThreshold]).toEqual([interval, timeout, retries]);
  });

  it('has the same size, and at least as long to stop', () => {
    const { inputs } = find(graph, 'ecs/taskDefinition:TaskDefinition', service);
    const { cpu, memory } = container.resources.requests;
    expect(Number.parseInt(cpu, 10)).toBe(Math.round((Number(inputs.cpu) * 1_000) / 1_024));
    expect(Number.parseInt(memory, 10)).toBe(Number(inputs.memory));
    expect(taskOf(service).stopTimeout).toBe(STOP_TIMEOUT_SECONDS);
    const preStop = container.lifecycle?.preStop.sleep.seconds ?? 0;
    expect(pod.terminationGracePeriodSeconds).toBe(preStop + STOP_TIMEOUT_SECONDS);
  });
});

describe('tracing', () => {
  it('has the same collector and the same variables in tasks and pods of dev', async () => {
    const config = { 'order-pipeline:tracing': 'on', 'order-pipeline:tracesShare': '25' };
    const ecs = await capture({ stack: 'dev', config });
    const { inputs } = find(ecs, 'ecs/taskDefinition:TaskDefinition', 'scoring');
    const [task, collector] = JSON.parse(String(inputs.containerDefinitions)) as ContainerDefinition[];
    const [, context] = CONTEXTS.find(([name]) => name === 'dev/istio-vault') ?? [];
    const pods = context && workloadsOf(toObjects(Object.values(render(context, TEXTS)).flat()));
    const pod = pods?.find(({ metadata }) => metadata.name === 'scoring')?.spec.template.spec;
    const traces = (variables: readonly { name: string }[] = []) =>
      variables.filter(({ name }) => name.startsWith('OTEL_'));
    expect(traces(task?.environment)).toHaveLength(2);
    expect(traces(pod.containers[0].env)).toEqual(traces(task?.environment));
    const { name, args, env } = pod.initContainers[0];
    expect({ name, command: args, environment: env }).toEqual({
      name: collector?.name,
      command: collector?.command,
      environment: collector?.environment,
    });
  });
});

describe.each(SERVICE_NAMES)('the permissions of %s', (service) => {
  it('are the same for the credentials that Vault issues', () => {
    const role = find(graph, 'iam/rolePolicy:RolePolicy', `${service}-task`).inputs.policy;
    const task = JSON.parse(String(role)) as { Statement: { Sid: string }[] };
    const own = task.Statement.filter(({ Sid }) => Sid !== 'SendMetrics');
    for (const [, context] of PROD) {
      const files = toVaultFiles(context);
      const vault = JSON.parse(files[`aws-roles/order-pipeline-prod-${service}.json`] ?? '{}');
      expect(JSON.parse(vault.policy_document).Statement).toEqual(own);
    }
  });
});
