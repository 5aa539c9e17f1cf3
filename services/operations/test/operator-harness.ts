/** An operator at a real system: dead letters made by the processor's own queue, commands run in this process. */
import { ReceiveMessageCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { encodeOrderPlaced, type PlacedOrder } from '@order-pipeline/contracts/order-event';
import type { OrderEvent } from '@order-pipeline/contracts/order-events';
import type { OrderStore } from '@order-pipeline/order-protocol/order-store';
import { createTestQueue, peek, queueUrls, send } from '../../order-processor/test/harness.js';
import { CrashError, type ProtocolHarness } from '../../order-processor/test/protocol-harness.js';
import { loadOperatorConfig } from '../src/operator/config.js';
import type { DeadLetterQueue } from '../src/operator/dead-letter-queue.js';
import { run } from '../src/operator/run.js';
import { connect, type Shell, type System } from '../src/operator/tools.js';

/** Result of a command. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly audits: readonly Record<string, unknown>[];
}

/** The steps that change something. */
export type ChangeStep =
  | 'sendBack'
  | 'remove'
  | 'giveBack'
  | 'fail'
  | 'void'
  | 'release'
  | 'refund'
  | 'publish'
  | 'noteRefunds'
  | 'restock';

/** Runs around a step; the command sees what it throws. */
export interface Around {
  readonly step: ChangeStep;
  readonly when: 'before' | 'after';
  readonly run: () => Promise<void>;
}

/** The command dies there. */
export function dies(step: ChangeStep, when: Around['when']): Around {
  return {
    step,
    when,
    run: async () => {
      throw new CrashError(step);
    },
  };
}

export class Operator {
  readonly sqs: SQSClient;
  /** Events that commands published. */
  readonly published: OrderEvent[] = [];
  readonly #harness: ProtocolHarness;
  readonly #queue: ReturnType<typeof createTestQueue>['queue'];

  constructor(harness: ProtocolHarness) {
    this.#harness = harness;
    ({ sqs: this.sqs, queue: this.#queue } = createTestQueue(harness.stack));
  }

  close(): void {
    this.sqs.destroy();
  }

  /** Sends a body to the order queue and has the processor's queue dead-letter it. */
  async deadLetter(
    body: string,
    attributes: Record<string, string> = {},
    error = 'ConnectError: [unavailable] down',
  ): Promise<void> {
    await send(this.sqs, this.#harness.stack, body, attributes);
    await this.deadLetterNext(error);
  }

  /** Has the processor's queue dead-letter what comes next. */
  async deadLetterNext(error = 'Error: again'): Promise<void> {
    const [message] = await this.#queue.receive(new AbortController().signal, 10);
    if (!message) throw new Error('the message is not there');
    await this.#queue.deadLetter({ ...message, receiveCount: 5 }, 'RETRIES_EXHAUSTED', error);
  }

  async deadLetterOrder(order: PlacedOrder): Promise<void> {
    await this.deadLetter(encodeOrderPlaced(order), {
      request_id: 'request-9',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    });
  }

  /** A message as SQS's own redrive policy leaves it. */
  async moveBySqs(body: string): Promise<void> {
    await this.sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrls(this.#harness.stack).deadLetterQueueUrl,
        MessageBody: body,
      }),
    );
  }

  /** Returns the messages that a reader of the dead-letter queue sees now. */
  async visible() {
    return peek(this.sqs, queueUrls(this.#harness.stack).deadLetterQueueUrl);
  }

  /** Hides all dead letters for a minute, as another command does. */
  async takeAll(): Promise<void> {
    const { deadLetterQueueUrl } = queueUrls(this.#harness.stack);
    await this.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: deadLetterQueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 60,
      }),
    );
  }

  /** Returns the messages that a reader of the order queue sees now. */
  async redriven() {
    return peek(this.sqs, queueUrls(this.#harness.stack).queueUrl);
  }

  /** Runs a command. */
  async run(args: readonly string[], around?: Around, shell: Partial<Shell> = {}): Promise<Ran> {
    let out = '';
    let err = '';
    const code = await run(
      args,
      {
        env: this.env,
        out: (text) => {
          out += text;
        },
        err: (text) => {
          err += text;
        },
        clock: this.#harness.clock,
        sleep: async (milliseconds) => this.#harness.pass(milliseconds),
        signal: new AbortController().signal,
        ...shell,
      },
      (config) => wrap(this.#recordEvents(connect(config, 0)), around),
    );
    const audits = err
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    return { code, out, err, audits };
  }

  #recordEvents(system: System): System {
    const publish = async (event: OrderEvent) => {
      await system.events.publish(event);
      this.published.push(event);
    };
    return { ...system, events: { publish, close: () => system.events.close() } };
  }

  get env() {
    const { inventoryUrl, fraudUrl, paymentUrl } = this.#harness.config;
    return {
      ...this.#harness.stack.env,
      USER: 'alice',
      INVENTORY_URL: inventoryUrl,
      FRAUD_URL: fraudUrl,
      PAYMENT_URL: paymentUrl,
    };
  }

  get config() {
    return loadOperatorConfig(this.env);
  }
}

function wrap(system: System, around: Around | undefined): System {
  if (!around) return system;
  const on = <C extends object>(target: C): C =>
    new Proxy(target, {
      get: (_, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        if (name !== around.step) return member.bind(target);
        return async (...args: unknown[]) => {
          if (around.when === 'before') await around.run();
          const value = await member.apply(target, args);
          if (around.when === 'after') await around.run();
          return value;
        };
      },
    });
  const { inventory, payment } = system.scoring;
  return {
    ...system,
    dlq: on<DeadLetterQueue>(system.dlq),
    store: on<OrderStore>(system.store),
    events: on(system.events),
    scoring: {
      ...system.scoring,
      inventory: { ...inventory, client: on(inventory.client) },
      payment: { ...payment, client: on(payment.client) },
    },
  };
}
