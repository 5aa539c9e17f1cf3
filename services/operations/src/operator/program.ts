/** The command line: commands, options, help. */
import { ORDER_STATUSES, type OrderStatus } from '@order-pipeline/contracts/orders';
import type { Environment } from '@order-pipeline/platform/env';
import { Command, type CommanderError, InvalidArgumentError } from 'commander';
import { EXIT, type ExitCode } from './exit.js';
import { failDeadLetter } from './fail.js';
import { failRecord } from './fail-record.js';
import { listDeadLetters } from './list.js';
import { reauthorizePayment, writeOffPayment } from './payment.js';
import { cancelRecent, listOrders, watchOrders } from './recent.js';
import { redriveDeadLetters } from './redrive.js';
import { refundOrder } from './refund.js';
import { resumeOrder } from './resume.js';
import { showDeadLetter, showOrder } from './show.js';
import { addDelivery, showStock } from './stock-command.js';
import type { Tools } from './tools.js';
import { traceOrder } from './trace.js';
import { traceInCloudWatch } from './trace-in-cloudwatch.js';

/** Log file of `npm start`. */
const LOCAL_LOG = '.local/stack.log';

/** Options of every change. */
export interface ChangeOptions {
  readonly dryRun?: boolean;
  readonly actor?: string;
}

/** Runs a command with the tools that it needs. Without `change` it only reads. */
export type WithTools = (
  command: (tools: Tools) => Promise<ExitCode>,
  change?: ChangeOptions,
) => Promise<void>;

const EXIT_CODES = `
Exit codes: ${EXIT.done} done, ${EXIT.failed} failed or done in part, ${EXIT.usage} usage, ${EXIT.notFound} not found, ${EXIT.unavailable} something cannot be reached, ${EXIT.config} settings.
Settings are the services' environment variables; without any, the commands use the local stack.
Other commands: orders user --help, orders listen --help (forwards events), orders simulate --help (sends orders)`;

/** The program. Its actions run through `withTools`; text goes to `out` and `err`. */
export function createProgram(
  withTools: WithTools,
  out: (text: string) => void,
  err: (text: string) => void,
  env: Environment,
): Command {
  const program = new Command('orders')
    .description('Shows orders, dead letters and stock, and changes them.')
    .addHelpText('after', EXIT_CODES);
  // Set before the first subcommand, which inherits both.
  program.exitOverride().configureOutput({ writeOut: out, writeErr: err });
  program
    .command('show')
    .argument('<order-id>', '', toId)
    .description('the order, its holds, its payment and its trace id')
    .option('--json', 'for machines', false)
    .action((id: string, options) => withTools((tools) => showOrder(tools, id, options)));
  addRecentCommands(program, withTools);
  addOrderCommands(program, withTools);
  addStockCommands(program, withTools);
  addPaymentCommands(
    program.command('payment').description('completed orders that could not be charged'),
    withTools,
  );
  program
    .command('trace')
    .argument('<order-id>', '', toId)
    .description(
      'the log lines of an order, from the log of the local stack or from CloudWatch Logs Insights',
    )
    .option('--log <file>', `a file; ${LOCAL_LOG} where STAGE is local`)
    .option('--log-groups <beginning>', 'names of the log groups; /order-pipeline-STAGE/ by default')
    .option('--days <days>', 'days that CloudWatch searches', toDays, DAYS)
    .action(async (id: string, options: TraceCommandOptions) => {
      const stage = env.STAGE ?? 'local';
      if (options.log !== undefined || (stage === 'local' && options.logGroups === undefined)) {
        await traceOrder(id, { file: options.log ?? LOCAL_LOG, out });
        return;
      }
      const groupPrefix = options.logGroups ?? `/order-pipeline-${stage}/`;
      await traceInCloudWatch(id, { groupPrefix, days: options.days, region: env.AWS_REGION, out });
    });
  addDeadLetterCommands(
    program.command('dlq').description('dead letters: orders that the processor could not process'),
    withTools,
  );
  return program;
}

function addRecentCommands(program: Command, withTools: WithTools): void {
  addFilterOptions(
    program
      .command('list')
      .argument('[text]', '', toId)
      .description('recent orders, or those of an order, user, request or trace id')
      .option('--limit <count>', 'orders at most', toPositiveInteger, 50),
  ).action((text: string | undefined, { user, status, reason, limit, json }) =>
    withTools((tools) => listOrders(tools, { text, userId: user, statuses: status, reason, limit, json })),
  );
  addFilterOptions(program.command('watch').description('orders as they change, until Ctrl-C')).action(
    ({ user, status, reason, json }) =>
      withTools((tools) => watchOrders(tools, { userId: user, statuses: status, reason, json })),
  );
  addChangeOptions(
    program
      .command('cancel')
      .argument('<order-id>', '', toId)
      .description('cancel an order that is not decided')
      .requiredOption('--reason <text>', 'why, for the audit log', toReason),
  ).action((orderId: string, { reason, ...change }) =>
    withTools((tools) => cancelRecent(tools, orderId, reason), change),
  );
}

function addFilterOptions(command: Command): Command {
  return command
    .option('--user <id>', 'orders of one user', toId)
    .option('--status <status...>', 'any of these', toStatuses)
    .option('--reason <reason>', 'with this reason, such as OUT_OF_STOCK')
    .option('--json', 'for machines', false);
}

function addOrderCommands(program: Command, withTools: WithTools): void {
  addChangeOptions(
    program
      .command('fail')
      .argument('<order-id>', '', toId)
      .description('fail an order whose message is gone, and release its stock and money')
      .requiredOption('--reason <text>', 'why, for the audit log and the order record', toReason)
      .option('--wait <seconds>', 'for a worker that still holds the order', toSeconds, 60),
  ).action((orderId: string, { reason, wait, ...change }) =>
    withTools((tools) => failRecord(tools, { orderId, reason, waitMs: wait * 1_000 }), change),
  );
  addChangeOptions(
    program
      .command('refund')
      .argument('<order-id>', '', toId)
      .description('refund a completed order; repeating the command refunds nothing twice')
      .option(
        '--amount <minor>',
        'in the minor unit, such as 1250 for 12.50 (default: all that is left)',
        toPositiveInteger,
      )
      .requiredOption('--reason <text>', 'why, for the audit log and the ledger', toReason)
      .option(
        '--refund-id <id>',
        'id of the refund (default: follows from order, amount and reason)',
        toRefundId,
      )
      .option('--restock', "return the order's items to stock", false),
  ).action((orderId: string, { amount, reason, refundId, restock, ...change }) =>
    withTools((tools) => refundOrder(tools, { orderId, amount, reason, refundId, restock }), change),
  );
  addChangeOptions(
    program
      .command('resume')
      .argument('<order-id>', '', toId)
      .description('send an order whose message is gone to the order queue again'),
  ).action((orderId: string, change) => withTools((tools) => resumeOrder(tools, orderId), change));
}

function addStockCommands(program: Command, withTools: WithTools): void {
  program
    .command('stock')
    .description('available, held and sold pieces of every SKU, and its price')
    .option('--json', 'for machines', false)
    .action((options) => withTools((tools) => showStock(tools, options)));
  addChangeOptions(
    program
      .command('restock')
      .argument('<sku>', '', toId)
      .argument('<quantity>', '', toPositiveInteger)
      .description('add a delivery to the stock of a SKU; repeating the command adds nothing twice')
      .requiredOption('--delivery-id <id>', 'names the delivery, such as the number of its note', toId)
      .option('--price <minor>', 'new price of one piece, in the minor unit', toPositiveInteger)
      .option('--currency <code>', 'currency of the price, such as USD'),
  ).action((sku: string, quantity: number, { deliveryId, price, currency, ...change }) =>
    withTools(
      (tools) => addDelivery(tools, { sku, quantity, deliveryId, unitPrice: price, currency }),
      change,
    ),
  );
}

function addPaymentCommands(payment: Command, withTools: WithTools): void {
  addChangeOptions(
    payment
      .command('reauthorize')
      .argument('<order-id>', '', toId)
      .description('authorize the amount again and charge it')
      .option('--payment-method <token>', "another payment method than the order's", toId),
  ).action((orderId: string, { paymentMethod, ...change }) =>
    withTools((tools) => reauthorizePayment(tools, { orderId, paymentMethod }), change),
  );
  addChangeOptions(
    payment
      .command('write-off')
      .argument('<order-id>', '', toId)
      .description('write the charge off')
      .requiredOption('--reason <text>', 'why, for the audit log, the ledger and the order record', toReason),
  ).action((orderId: string, { reason, ...change }) =>
    withTools((tools) => writeOffPayment(tools, { orderId, reason }), change),
  );
}

function addDeadLetterCommands(dlq: Command, withTools: WithTools): void {
  dlq
    .command('list')
    .description('list the messages of the dead-letter queue, without removing any')
    .option('--limit <count>', 'messages at most', toPositiveInteger, 100)
    .option('--json', 'for machines', false)
    .action((options) => withTools((tools) => listDeadLetters(tools, options)));
  dlq
    .command('show')
    .argument('<id>', '', toId)
    .description('a dead letter and its order, by message or order id')
    .option('--json', 'for machines', false)
    .action((id: string, options) => withTools((tools) => showDeadLetter(tools, id, options)));
  addChangeOptions(
    dlq
      .command('redrive')
      .argument('[id]', '', toId)
      .description('send dead letters back to the order queue')
      .option('--all', 'every dead letter')
      .option('--reason <reason>', 'those with this reason, such as RETRIES_EXHAUSTED')
      .option(
        '--older-than <seconds>',
        'those that were dead-lettered at least so long ago',
        toPositiveNumber,
      )
      .option('--rate <count>', 'messages a second', toPositiveNumber, 10),
  ).action((id: string | undefined, options, command: Command) => {
    const { all, reason, olderThan, rate } = options;
    const filtered = reason !== undefined || olderThan !== undefined;
    if ([id !== undefined, all !== undefined, filtered].filter(Boolean).length !== 1)
      command.error('error: name one id, or use --all, or --reason and --older-than', {
        exitCode: EXIT.usage,
      });
    return withTools((tools) => {
      const before = olderThan === undefined ? undefined : tools.shell.clock() - olderThan * 1_000;
      return redriveDeadLetters(tools, { id, rate, reason, before });
    }, options);
  });
  addChangeOptions(
    dlq
      .command('fail')
      .argument('<id>', '', toId)
      .description('fail an order, release its stock and money, and remove its messages')
      .requiredOption('--reason <text>', 'why, for the audit log and the order record', toReason)
      .option('--wait <seconds>', 'for a worker that still holds the order', toSeconds, 60),
  ).action((id: string, options) =>
    withTools(
      (tools) => failDeadLetter(tools, { id, reason: options.reason, waitMs: options.wait * 1_000 }),
      options,
    ),
  );
}

function addChangeOptions(command: Command): Command {
  return command
    .option('--dry-run', 'show the changes without making them')
    .option('--actor <name>', 'name of the operator, for the audit log (default: $USER)');
}

function toStatuses(text: string, before: readonly OrderStatus[] = []): readonly OrderStatus[] {
  const status = ORDER_STATUSES.find((name) => name === text.toUpperCase());
  if (!status) throw new InvalidArgumentError(`Statuses are ${ORDER_STATUSES.join(', ')}.`);
  return [...before, status];
}

/** As the services have it. */
const ID_MAX = 256;

function toId(text: string): string {
  if (text === '' || text.length > ID_MAX)
    throw new InvalidArgumentError(`Ids have 1 to ${ID_MAX} characters.`);
  return text;
}

const REASON_MAX = 500;

/** Days that CloudWatch looks back by default: longer than a message lives in the queue. */
const DAYS = 15;

const MAX_DAYS = 365;

/** Options of `trace`. */
interface TraceCommandOptions {
  readonly log?: string;
  readonly logGroups?: string;
  readonly days: number;
}

function toDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS)
    throw new InvalidArgumentError(`Use a whole number from 1 to ${MAX_DAYS}.`);
  return days;
}

function toReason(text: string): string {
  const reason = text.trim();
  if (reason === '' || reason.length > REASON_MAX)
    throw new InvalidArgumentError(`Write 1 to ${REASON_MAX} characters.`);
  return reason;
}

function toRefundId(text: string): string {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(text))
    throw new InvalidArgumentError('Refund ids have 1 to 64 letters, digits and . _ -');
  return text;
}

function toPositiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 100_000)) throw new InvalidArgumentError('Give a number above 0.');
  return value;
}

function toSeconds(text: string): number {
  return text === '0' ? 0 : toPositiveNumber(text);
}

function toPositiveInteger(text: string): number {
  const value = toPositiveNumber(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('Give a whole number above 0.');
  return value;
}

/** The exit code of an error that the command line itself raised: help is none. */
export function exitCodeOf({ exitCode, code }: CommanderError): ExitCode {
  return exitCode === 0 && code !== 'commander.help' ? EXIT.done : EXIT.usage;
}
