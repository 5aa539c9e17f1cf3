/** Nobody uses the operators' console without a login over HTTPS. */
import { createRule, demand, type Inspected } from './rule.ts';

interface Container {
  readonly name: string;
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
  readonly secrets?: readonly { readonly name: string }[];
}

/** Name of the container that serves the console. */
const CONSOLE = 'operations';

/** Variables that name addresses of the login. */
const ADDRESSES = ['OIDC_ISSUER', 'PUBLIC_BASE_URL'];

/** Secrets of the login: of the client at the issuer, and the key of the cookies. */
const SECRETS = ['OIDC_CLIENT_SECRET', 'SESSION_SECRET'];

function checkLogin({ inputs }: Inspected): string[] {
  const containers = JSON.parse(String(inputs.containerDefinitions)) as Container[];
  return containers
    .filter(({ name }) => name === CONSOLE)
    .flatMap(({ environment = [], secrets = [] }) => [
      ...ADDRESSES.flatMap((name) =>
        demand(
          environment.find((variable) => variable.name === name)?.value.startsWith('https://'),
          `serves the console without an HTTPS ${name}: nobody could log in, or anybody listen`,
        ),
      ),
      ...SECRETS.flatMap((name) =>
        demand(
          secrets.some((secret) => secret.name === name),
          `serves the console without the secret ${name}`,
        ),
      ),
    ]);
}

/** The login of the console. */
export const guardedConsole = createRule(
  'guarded-console',
  "The operators' console has an OpenID issuer, an HTTPS address, and its secrets by reference.",
  { 'aws:ecs/taskDefinition:TaskDefinition': checkLogin },
);
