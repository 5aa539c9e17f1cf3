/** The table of webhook endpoints: order-api registers them, the webhooks service delivers to them. */
import { ORDER_EVENT_TYPES } from '@order-pipeline/contracts/order-events';
import type { WebhookEndpoint, WebhookSecret } from '@order-pipeline/contracts/webhooks';
import { z } from 'zod';
import type { DynamoClient } from '../dynamo/client.js';
import { ConditionFailedError } from '../dynamo/errors.js';
import { createItemParser } from '../dynamo/parse.js';
import { type Page, type PageToken, Table } from '../dynamo/table.js';

const parseEndpoint = createItemParser<WebhookEndpoint>(
  z.looseObject({
    endpoint_id: z.string(),
    owner: z.string(),
    url: z.string(),
    scope: z.enum(['own', 'all']),
    event_types: z.array(z.enum(ORDER_EVENT_TYPES)),
    status: z.enum(['enabled', 'disabled']),
    disabled_reason: z.enum(['owner', 'failing']).exactOptional(),
    description: z.string().exactOptional(),
    secrets: z.array(z.looseObject({ secret: z.string(), expires_at: z.number().exactOptional() })).min(1),
    failing_since: z.number().exactOptional(),
    created_at: z.string(),
    updated_at: z.string(),
  }),
);

const keyOnly = {
  attributes: ['endpoint_id'],
  parse: createItemParser(z.looseObject({ endpoint_id: z.string() })),
};

/** Changes of an endpoint by its owner. */
export interface EndpointChanges {
  readonly url?: string;
  readonly event_types?: WebhookEndpoint['event_types'];
  readonly description?: string;
  readonly status?: WebhookEndpoint['status'];
  readonly secrets?: readonly WebhookSecret[];
}

/** Endpoints of one page of the table's scan. */
const SCAN_PAGE = 200;

/** Reads and writes webhook endpoints. Every method rejects with StoreUnavailableError when a retry may help. */
export class WebhookEndpointStore {
  readonly #table: Table<WebhookEndpoint>;

  constructor(dynamo: DynamoClient, tableName: string) {
    this.#table = new Table(dynamo, { name: tableName, keyName: 'endpoint_id', parse: parseEndpoint });
  }

  /** Registers an endpoint. */
  async create(endpoint: WebhookEndpoint): Promise<void> {
    await this.#table.create(endpoint);
  }

  /** Returns an endpoint, or undefined when there is none. */
  async get(endpointId: string): Promise<WebhookEndpoint | undefined> {
    return await this.#table.get(endpointId);
  }

  /** Returns a page of the endpoints of an owner, oldest first. */
  async listByOwner(owner: string, limit: number, pageToken?: PageToken): Promise<Page<WebhookEndpoint>> {
    const { items, ...rest } = await this.#table.query({
      index: 'by_owner',
      hashKey: { name: 'owner', value: owner },
      projection: keyOnly,
      limit,
      pageToken,
    });
    const found = await this.#table.getAll(items.map(({ endpoint_id }) => endpoint_id));
    return { items: found.toSorted((a, b) => (a.created_at < b.created_at ? -1 : 1)), ...rest };
  }

  /** Returns every enabled endpoint, by a scan: endpoints are few, and the caller caches them. */
  async listEnabled(): Promise<WebhookEndpoint[]> {
    const endpoints: WebhookEndpoint[] = [];
    let pageToken: PageToken | undefined;
    do {
      const page = await this.#table.scanPage({
        filter: '#status = :enabled',
        values: { ':enabled': 'enabled' },
        projection: { attributes: ATTRIBUTES, parse: parseEndpoint },
        limit: SCAN_PAGE,
        pageToken,
      });
      endpoints.push(...page.items);
      pageToken = page.nextPageToken;
    } while (pageToken);
    return endpoints;
  }

  /** Changes an endpoint of an owner. Returns it, or undefined when the owner has no such endpoint. */
  async change(
    endpointId: string,
    owner: string,
    changes: EndpointChanges,
    nowMs: number,
  ): Promise<WebhookEndpoint | undefined> {
    const set = {
      ...changes,
      ...(changes.status === 'disabled' && { disabled_reason: 'owner' as const }),
      updated_at: new Date(nowMs).toISOString(),
    };
    const remove = changes.status === 'enabled' ? ' REMOVE #disabled_reason, #failing_since' : '';
    return await this.#updateIf(endpointId, {
      update: `SET ${Object.keys(set)
        .map((name) => `#${name} = :${name}`)
        .join(', ')}${remove}`,
      condition: '#owner = :condition_owner',
      values: {
        ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
        ':condition_owner': owner,
      },
    });
  }

  /** Ends a time of failure. Writes only when there is one. */
  async recordSuccess(endpoint: WebhookEndpoint): Promise<void> {
    if (endpoint.failing_since === undefined) return;
    await this.#updateIf(endpoint.endpoint_id, {
      update: 'REMOVE #failing_since',
      condition: 'attribute_exists(#failing_since)',
    });
  }

  /** Notes a failure. Returns the endpoint with the time of its first failure, or undefined when it was removed. */
  async recordFailure(endpointId: string, nowMs: number): Promise<WebhookEndpoint | undefined> {
    return await this.#updateIf(endpointId, {
      update: 'SET #failing_since = if_not_exists(#failing_since, :now)',
      condition: 'attribute_exists(#endpoint_id)',
      values: { ':now': nowMs },
    });
  }

  /** Disables a failing endpoint. Returns undefined when it is disabled already or has recovered meanwhile. */
  async disableFailing(endpoint: WebhookEndpoint, nowMs: number): Promise<WebhookEndpoint | undefined> {
    return await this.#updateIf(endpoint.endpoint_id, {
      update: 'SET #status = :disabled, #disabled_reason = :failing, #updated_at = :updated_at',
      condition: '#status = :enabled AND #failing_since = :since',
      values: {
        ':disabled': 'disabled',
        ':failing': 'failing',
        ':enabled': 'enabled',
        ':since': endpoint.failing_since,
        ':updated_at': new Date(nowMs).toISOString(),
      },
    });
  }

  async #updateIf(
    endpointId: string,
    write: Parameters<Table<WebhookEndpoint>['updateAndGet']>[1],
  ): Promise<WebhookEndpoint | undefined> {
    try {
      return await this.#table.updateAndGet(endpointId, write);
    } catch (error) {
      if (error instanceof ConditionFailedError) return undefined;
      throw error;
    }
  }
}

const ATTRIBUTES = [
  'endpoint_id',
  'owner',
  'url',
  'scope',
  'event_types',
  'status',
  'secrets',
  'failing_since',
  'created_at',
  'updated_at',
];
