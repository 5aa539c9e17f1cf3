/** Disturbances that a standard queue allows for any message: delivered twice, late, and again during work on it. */
import { LOOPBACK } from '@order-pipeline/local/emulators';
import type { Answer, HttpObserver } from './http-proxy.js';
import { between, integer, type Random } from './random.js';
import type { MESSAGE_FAULTS } from './schedule.js';

/** Dependencies and options of disturbing a queue. */
export interface QueueFaultsOptions {
  /** Port of the emulator itself. */
  readonly sqsPort: number;
  readonly random: Random;
  readonly onHit: (fault: (typeof MESSAGE_FAULTS)[number]) => void;
}

/** Every n-th message, so that even short runs meet each fault: 14 %, 20 % and 17 %. */
const EVERY = { duplicate: 7, reorder: 5, expire: 6 } as const;

/** Longest delay of the second delivery, in seconds, and of the first when it is held back. */
const DELAY_MAX_SECONDS = 3;
/** Delay after which a message in progress reappears, in milliseconds. */
const EXPIRE_WITHIN_MS = 30;

interface SendBatch {
  readonly QueueUrl: string;
  readonly Entries: readonly { readonly Id: string; readonly DelaySeconds?: number }[];
}

/** Disturbs the messages that pass a proxy until it is stopped. */
export class QueueFaults implements HttpObserver {
  readonly #options: QueueFaultsOptions;
  readonly #seen = { duplicate: 0, reorder: 0, expire: 0 };
  #stopped = false;

  constructor(options: QueueFaultsOptions) {
    this.#options = options;
  }

  /** Leaves all later messages alone. */
  stop(): void {
    this.#stopped = true;
  }

  /** Holds some of the messages back, so that later ones overtake them. */
  readonly onRequest = (operation: string, body: Buffer): Buffer => {
    if (operation !== 'SendMessageBatch') return body;
    const batch = JSON.parse(body.toString()) as SendBatch;
    const Entries = batch.Entries.map((entry) =>
      this.#isNext('reorder') ? { ...entry, DelaySeconds: this.#delaySeconds(1) } : entry,
    );
    return Buffer.from(JSON.stringify({ ...batch, Entries }));
  };

  readonly onAnswer = (operation: string, body: Buffer, answer: Answer): void => {
    if (answer.status !== 200) return;
    if (operation === 'SendMessageBatch') this.#duplicate(JSON.parse(body.toString()));
    if (operation === 'ReceiveMessage') this.#expire(body, answer);
  };

  #duplicate({ QueueUrl, Entries }: SendBatch): void {
    const copies = Entries.filter(() => this.#isNext('duplicate'));
    if (copies.length === 0) return;
    this.#call('SendMessageBatch', {
      QueueUrl,
      Entries: copies.map((entry) => ({ ...entry, DelaySeconds: this.#delaySeconds(0) })),
    });
  }

  #expire(body: Buffer, answer: Answer): void {
    const { QueueUrl } = JSON.parse(body.toString()) as { QueueUrl: string };
    const { Messages = [] } = JSON.parse(answer.body.toString()) as {
      Messages?: { ReceiptHandle: string }[];
    };
    for (const { ReceiptHandle } of Messages.filter(() => this.#isNext('expire'))) {
      setTimeout(
        () => this.#call('ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
        between(this.#options.random, 0, EXPIRE_WITHIN_MS),
      );
    }
  }

  #isNext(fault: keyof typeof EVERY): boolean {
    if (this.#stopped) return false;
    this.#seen[fault] += 1;
    if (this.#seen[fault] % EVERY[fault] !== 0) return false;
    this.#options.onHit(fault);
    return true;
  }

  #delaySeconds(from: number): number {
    return integer(this.#options.random, from, DELAY_MAX_SECONDS);
  }

  /** A message that is gone by now needs nothing more; the emulator's own death is noticed elsewhere. */
  #call(operation: string, input: object): void {
    fetch(`http://${LOOPBACK}:${this.#options.sqsPort}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
      body: JSON.stringify(input),
    }).catch(() => undefined);
  }
}
