/**
 * Preloaded into a process (`node --import`): replaces a name server that knows two addresses for one name, which a
 * test machine lacks. `TWO_ADDRESSES` is the name.
 */
import { promises as dns } from 'node:dns';

const lookup = dns.lookup;
const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));

Object.assign(dns, {
  lookup: async (name: string, options: object) =>
    name === process.env.TWO_ADDRESSES ? addresses : lookup(name, options),
});
