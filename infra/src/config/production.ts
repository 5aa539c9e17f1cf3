/** Rejects production stacks that are unprotected, without alarms, or still have the values of the template. */
import { type Draft, type EnvReader, type Invalid, isValid } from '@order-pipeline/platform/env';
import type { EntryConfig, OperationsConfig } from './types.ts';

/** Reserved names (RFC 2606), such as those of Pulumi.prod.yaml before it is filled in. */
const RESERVED_NAME = /(^|[.@])(example\.(com|org|net)|[a-z0-9-]+\.(example|test|invalid|localhost))$/;

/** The zone of Pulumi.prod.yaml before it is filled in. */
const TEMPLATE_ZONE = /EXAMPLE/;

/** Names of production stacks. */
const PRODUCTION_STACK = /^prod(uction)?([^a-z]|$)/;

/** Refuses a production stack by name whose stage is another: its data would be unprotected. */
export function checkStackName(
  reader: EnvReader,
  stack: string | undefined,
  stage: string | undefined,
): void {
  if (stack && stage && stage !== 'prod' && PRODUCTION_STACK.test(stack)) {
    reader.report(
      'stage',
      `is ${stage} in the stack ${stack}`,
      'set it to prod, or name the stack otherwise',
    );
  }
}

/** Settings that production restricts. */
export interface ProductionSettings {
  readonly protect: boolean;
  readonly alarms: boolean;
  /** E-mail address for alarms. */
  readonly email: string | undefined;
  readonly canary: boolean;
  /** Undefined where nothing runs. */
  readonly entry: EntryConfig | undefined;
  /** Undefined where the console is off. */
  readonly operations: Draft<OperationsConfig> | undefined;
}

/**
 * Reports settings that a production stack must not have. `retire` names the stack that is being taken down: only then may its
 * protection be off.
 */
export function checkProduction(
  reader: EnvReader,
  { protect, alarms, email, canary, entry, operations }: ProductionSettings,
  stack: string | undefined,
  retire: string,
): void {
  if (!protect && retire !== (stack ?? 'prod')) {
    reader.report(
      'protect',
      'is off in prod: the tables and the load balancer could be deleted',
      `remove the setting, or set retire to ${stack ?? 'prod'} to take the stack down`,
    );
  }
  if (canary && !alarms) {
    reader.report(
      'canary',
      'is on while alarms are off: nothing would take a bad deployment back',
      'set alarms to on, or canary to off',
    );
  }
  if (entry?.scheme === 'https') {
    if (RESERVED_NAME.test(entry.domainName)) {
      reader.report('domainName', `is the example ${entry.domainName}`, 'set a domain of your own');
    }
    if ('hostedZoneId' in entry && TEMPLATE_ZONE.test(entry.hostedZoneId)) {
      reader.report(
        'hostedZoneId',
        `is the example ${entry.hostedZoneId}`,
        'set the id of the Route 53 zone that holds domainName',
      );
    }
  }
  if (operations && isValid(operations)) checkConsole(reader, operations);
  if (email && RESERVED_NAME.test(email)) {
    reader.report('alarmEmail', `is the example ${email}`, 'set the address of those who are on call');
  }
}

function checkConsole(reader: EnvReader, { domainName, issuer }: ConsoleDraft): void {
  if (isValid(domainName) && RESERVED_NAME.test(domainName))
    reader.report('operationsDomainName', `is the example ${domainName}`, 'set a domain of your own');
  if (isValid(issuer) && RESERVED_NAME.test(new URL(issuer).hostname))
    reader.report('operationsIssuer', `is the example ${issuer}`, 'set the issuer of your operators');
}

type ConsoleDraft = Exclude<Draft<OperationsConfig>, Invalid>;
