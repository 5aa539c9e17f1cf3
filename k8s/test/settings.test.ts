/** Settings that do not fit are refused with their path. */
import { describe, expect, it } from '@jest/globals';
import { parseInputs } from '../src/settings/schema.ts';
import { environmentOf } from './support/contexts.ts';

const { inputs } = environmentOf('prod');

describe('the inputs of an environment', () => {
  it('are read as they are', () => {
    expect(parseInputs(structuredClone(inputs), 'x.json')).toEqual(inputs);
  });

  it.each([
    [
      { images: { ...inputs.images, scoring: 'registry/scoring:latest' } },
      'names neither a digest nor a tag',
    ],
    [{ images: { 'order-api': inputs.images['order-api'] } }, 'images["order-processor"]'],
    [{ sizes: { ...inputs.sizes, webhooks: undefined } }, 'sizes.webhooks'],
    [{ secrets: { ...inputs.secrets, STRIPE_API_KEY: undefined } }, 'secrets.STRIPE_API_KEY'],
    [{ features: { ...inputs.features, paymentGateway: 'paypal' } }, 'features.paymentGateway'],
    [{ region: '' }, 'region'],
    [{ prefix: 'Order_Pipeline' }, 'not a name for a namespace'],
    [{ domainName: 'localhost' }, 'not a domain name'],
    [{ network: { ...inputs.network, dynamodbCidrs: [] } }, 'network.dynamodbCidrs'],
    [{ roles: { ...inputs.roles, keda: 'keda' } }, 'roles.keda'],
    [{ unknown: 1 }, 'unknown'],
  ])('are refused with %j', (change, finding) => {
    expect(() => parseInputs({ ...inputs, ...change }, 'x.json')).toThrow('x.json does not fit');
    expect(() => parseInputs({ ...inputs, ...change }, 'x.json')).toThrow(finding);
  });
});
