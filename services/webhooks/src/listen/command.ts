/** `npm run orders -- listen --forward-to URL`. */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { EXIT_CONFIG } from '@order-pipeline/contracts/exit-codes';
import { ORDER_EVENT_TYPES } from '@order-pipeline/contracts/order-events';
import { ORDER_EVENTS_TOPIC } from '@order-pipeline/contracts/topics';
import { createSns, createSqs } from '@order-pipeline/platform/aws';
import { findUrlProblem } from '@order-pipeline/platform/webhooks/public-address';
import { Sender } from '../deliver/send.js';
import { listen } from './listen.js';
import { Subscription } from './subscription.js';

const HELP = `Usage: npm run orders -- listen --forward-to URL [--events TYPE,TYPE] [--secret whsec_...]

Forwards the order events of the local stack to a URL, signed as webhooks are. Each event is sent once.

  --forward-to URL   address that events are posted to, such as http://localhost:3000/webhooks
  --events LIST      types to forward, separated by commas (${ORDER_EVENT_TYPES.join(', ')}); all by default
  --secret SECRET    signing secret; a new one is printed by default
  --help             this text
`;

/** Process of the command. */
export interface ListenHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Aborts when the user stops the command. */
  readonly signal: AbortSignal;
}

/** Exit code of a wrong command line. */
const EXIT_USAGE = 2;

interface Options {
  readonly forwardTo: string;
  readonly types: readonly string[];
  readonly secret: string;
}

/** Runs the command and returns its exit code: 0 when it was stopped, 1 on failure, 2 for a wrong command line. */
export async function runListen(args: readonly string[], host: ListenHost): Promise<number> {
  const options = parse(args);
  if (typeof options === 'string') {
    (options === HELP ? host.out : host.err)(options);
    return options === HELP ? 0 : EXIT_USAGE;
  }
  const { env, out, err, signal } = host;
  if ((env.STAGE ?? 'local') !== 'local') {
    err('orders listen: works with the local stack only: unset STAGE\n');
    return EXIT_CONFIG;
  }
  const aws = { region: env.AWS_REGION ?? 'us-east-1', maxAttempts: 3, requestTimeoutMs: 15_000 };
  const [sqs, sns] = [createSqs(aws), createSns(aws)];
  const sender = new Sender({
    allowPrivate: true,
    timeoutMs: 15_000,
    maxResponseBytes: 65_536,
    maxSocketsPerHost: 4,
  });
  try {
    const subscription = await Subscription.open({
      sqs,
      sns,
      topicArn:
        env.ORDER_EVENTS_TOPIC_ARN ?? `arn:aws:sns:${aws.region}:000000000000:${ORDER_EVENTS_TOPIC.name}`,
      queueName: `webhook-listen-${process.pid}`,
      sqsEndpoint: env.AWS_ENDPOINT_URL_SQS,
    });
    out(`Forwarding order events to ${options.forwardTo}\nSigning secret: ${options.secret}\n`);
    try {
      const print = (line: string) => out(`${line}\n`);
      await listen({ ...options, subscription, sender, print, clock: Date.now }, signal);
    } finally {
      await subscription.close();
    }
    return 0;
  } catch (error) {
    err(
      `orders listen: ${error instanceof Error ? error.message : String(error)}: is the local stack running?\n`,
    );
    return 1;
  } finally {
    sender.close();
    sqs.destroy();
    sns.destroy();
  }
}

function parse(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'forward-to': { type: 'string' },
        events: { type: 'string' },
        secret: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) return HELP;
    const forwardTo = values['forward-to'];
    if (forwardTo === undefined) return `orders listen: name a URL with --forward-to\n\n${HELP}`;
    const problem = findUrlProblem(forwardTo, { allowPrivate: true });
    if (problem) return `orders listen: --forward-to ${problem}\n`;
    const types = values.events?.split(',').map((type) => type.trim()) ?? [];
    const unknown = types.find((type) => !(ORDER_EVENT_TYPES as readonly string[]).includes(type));
    if (unknown !== undefined)
      return `orders listen: there is no event type ${unknown}: use ${ORDER_EVENT_TYPES.join(', ')}\n`;
    const secret = values.secret ?? `whsec_${randomBytes(32).toString('base64')}`;
    if (!/^whsec_[A-Za-z0-9+/]+=*$/.test(secret))
      return 'orders listen: --secret has the form whsec_<base64>\n';
    return { forwardTo, types, secret };
  } catch (error) {
    return `orders listen: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`;
  }
}
