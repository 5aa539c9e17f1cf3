/** The AWS SDK's HTTP handler, which also reports the dates of responses. */
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Clock } from '../clock.js';
import type { DatedResponse } from './decide.js';

/** Reports the date of every response. */
export interface DateObserver {
  readonly clock: Clock;
  readonly onResponse: (response: DatedResponse) => void;
}

/** Handles requests as NodeHttpHandler does. */
export class DatedHttpHandler extends NodeHttpHandler {
  readonly #observer: DateObserver;

  constructor(observer: DateObserver, options: ConstructorParameters<typeof NodeHttpHandler>[0]) {
    super(options);
    this.#observer = observer;
  }

  override async handle(...args: Parameters<NodeHttpHandler['handle']>) {
    const { clock, onResponse } = this.#observer;
    const sentAtMs = clock();
    const result = await super.handle(...args);
    const dateMs = Date.parse(result.response.headers.date ?? '');
    if (!Number.isNaN(dateMs)) onResponse({ sentAtMs, receivedAtMs: clock(), dateMs });
    return result;
  }
}
