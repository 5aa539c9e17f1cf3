/** Containers have few privileges, stop in order, and receive secrets by reference. */
import { createRule, demand, type Inspected } from './rule.ts';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly user?: string;
  readonly privileged?: boolean;
  readonly readonlyRootFilesystem?: boolean;
  readonly essential?: boolean;
  readonly healthCheck?: unknown;
  readonly stopTimeout?: number;
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
}

/** Names of variables that hold secrets. */
const SECRET_NAMES = /SECRET|PASSWORD|TOKEN|PRIVATE|CREDENTIAL|SIGNING_KEY|REDIS_URL|API_KEY/;
/** A password in a URL. */
const SECRET_VALUES = /:\/\/[^/\s]*:[^/\s]*@/;
/** The services' own limit is 25 seconds. */
const LONGER_THAN_SECONDS = 25;

function containersOf({ inputs }: Inspected): Container[] {
  return JSON.parse(String(inputs.containerDefinitions)) as Container[];
}

function checkSecrets(resource: Inspected): string[] {
  return containersOf(resource).flatMap(({ name, environment = [] }) =>
    environment
      .filter((variable) => SECRET_NAMES.test(variable.name) || SECRET_VALUES.test(variable.value))
      .map((variable) => `${name} is told ${variable.name} in plain text: use secrets and Secrets Manager`),
  );
}

function checkContainers(resource: Inspected): string[] {
  return containersOf(resource).flatMap((container) =>
    [
      ...demand(container.readonlyRootFilesystem, 'can write to its image: set readonlyRootFilesystem'),
      ...demand(container.user && !/^(root|0)(:|$)/.test(container.user), 'runs as root: set user'),
      ...demand(!container.privileged, 'is privileged'),
      ...demand(!container.image.endsWith(':latest'), 'runs an image that changes: name a digest or a tag'),
      ...demand(!container.essential || container.healthCheck, 'has no health check'),
      ...demand(
        (container.stopTimeout ?? 0) > LONGER_THAN_SECONDS,
        `is killed before it has drained: set stopTimeout above ${LONGER_THAN_SECONDS}`,
      ),
    ].map((violation) => `${container.name} ${violation}`),
  );
}

/** No secrets in plain text. */
export const secretsByReference = createRule(
  'secrets-by-reference',
  'Task definitions refer to secrets and do not contain them.',
  { 'aws:ecs/taskDefinition:TaskDefinition': checkSecrets },
);

/** Rule that confines containers to the permissions they need. */
export const confinedContainers = createRule(
  'confined-containers',
  'Containers have a read-only root, no root user, a health check and time to drain; a failed rollout goes back.',
  {
    'aws:ecs/taskDefinition:TaskDefinition': checkContainers,
    'aws:ecs/service:Service': ({ inputs }) => {
      const breaker = inputs.deploymentCircuitBreaker as { enable?: boolean; rollback?: boolean } | undefined;
      return [
        ...demand(breaker?.enable && breaker.rollback, 'set deploymentCircuitBreaker with rollback'),
        ...demand(
          inputs.enableExecuteCommand !== true,
          'lets people run commands inside of tasks: set enableExecuteCommand to false',
        ),
      ];
    },
    'aws:ecr/repository:Repository': ({ inputs }) => {
      const scanning = inputs.imageScanningConfiguration as { scanOnPush?: boolean } | undefined;
      return demand(scanning?.scanOnPush, 'keeps images unscanned: set scanOnPush');
    },
    'aws:cloudwatch/logGroup:LogGroup': ({ inputs }) =>
      demand(inputs.retentionInDays, 'keeps its lines for ever: set retentionInDays'),
  },
);
