/** `npm run orders -- simulate --rate 20 --minutes 1`. */
import { parseArgs } from 'node:util';
import { OrderClient } from '@order-pipeline/client';
import { type Progress, simulate } from './simulate.js';

const HELP = `Usage: npm run orders -- simulate [--rate N] [--minutes N] [--users N] [--url URL]

Sends mixed orders to the order API and follows each to its end.

  --rate N      orders a second (default 20)
  --minutes N   duration; fractions are allowed (default 1)
  --users N     users who take turns, each with a quota of its own (default 20)
  --url URL     address of the API (default http://localhost:8000, or ORDER_API_PORT)
  --help        this text
`;

/** Process of the command. */
export interface SimulateHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Rewrites the progress line instead of printing a new one. */
  readonly isTerminal: boolean;
  readonly signal: AbortSignal;
}

interface Options {
  readonly rate: number;
  readonly durationMs: number;
  readonly users: number;
  readonly baseUrl: string;
}

/** Runs the command and returns its exit code: 0, 1 when orders failed, 2 for a wrong command line. */
export async function runSimulate(args: readonly string[], host: SimulateHost): Promise<number> {
  const options = parse(args, host.env);
  if (typeof options === 'string') {
    (options === HELP ? host.out : host.err)(options);
    return options === HELP ? 0 : 2;
  }
  const { baseUrl } = options;
  try {
    await new OrderClient({ baseUrl, maxRetries: 0 }).login('shopper-0');
  } catch (error) {
    host.err(
      `orders simulate: ${error instanceof Error ? error.message : error}: is the API running at ${baseUrl}?\n`,
    );
    return 1;
  }
  const result = await simulate(
    {
      ...options,
      clientOf: createClients(baseUrl),
      random: Math.random,
      onProgress: (progress) => host.out(host.isTerminal ? `\r${toLine(progress)}` : `${toLine(progress)}\n`),
    },
    host.signal,
  );
  host.out(`${host.isTerminal ? '\r' : ''}${toLine(result)}\n`);
  return result.failed > 0 ? 1 : 0;
}

/** Logs each user in once. */
function createClients(baseUrl: string): (userId: string) => Promise<OrderClient> {
  const clients = new Map<string, Promise<OrderClient>>();
  return (userId) => {
    const known = clients.get(userId);
    if (known) return known;
    const client = new OrderClient({ baseUrl })
      .login(userId)
      .then(({ access_token }) => new OrderClient({ baseUrl, token: access_token }));
    client.catch(() => clients.delete(userId));
    clients.set(userId, client);
    return client;
  };
}

function toLine({ placed, failed, outcomes }: Progress): string {
  const final = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const parts = Object.entries(outcomes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([status, count]) => `${status} ${count}`);
  return [`placed ${placed}`, `final ${final}`, ...parts, `failed ${failed}`].join('  ');
}

function parse(args: readonly string[], env: SimulateHost['env']): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rate: { type: 'string', default: '20' },
        minutes: { type: 'string', default: '1' },
        users: { type: 'string', default: '20' },
        url: { type: 'string', default: `http://localhost:${env.ORDER_API_PORT ?? '8000'}` },
        help: { type: 'boolean' },
      },
    });
    if (values.help) return HELP;
    const [rate, minutes, users] = [values.rate, values.minutes, values.users].map(Number);
    if (!rate || rate < 0 || rate > 1_000) return 'orders simulate: --rate takes a number up to 1000\n';
    if (!minutes || minutes < 0 || minutes > 1_440)
      return 'orders simulate: --minutes takes a number up to 1440\n';
    if (!users || users < 1 || !Number.isInteger(users))
      return 'orders simulate: --users takes a whole number\n';
    if (!URL.canParse(values.url)) return 'orders simulate: --url is not a URL\n';
    return { rate, durationMs: minutes * 60_000, users, baseUrl: values.url };
  } catch (error) {
    return `orders simulate: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`;
  }
}
