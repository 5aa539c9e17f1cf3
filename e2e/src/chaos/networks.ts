/** The networks between the services and everything that they call. */

import { startTcpProxy } from '../tcp-proxy.js';
import { ActiveFaults } from './active-faults.js';
import { DYNAMODB, type HttpDialect, PROVIDER, SNS, SQS } from './dialects.js';
import type { ProxyPorts } from './environment.js';
import { type HttpObserver, type HttpProxy, startHttpProxy } from './http-proxy.js';
import { createRandom } from './random.js';
import type { HttpFault, ProxyFault, ProxyName, TcpFault } from './schedule.js';

/** Faults of each network. */
export type Faults = Readonly<Record<HttpName, ActiveFaults<HttpFault>>> & {
  readonly rpc: ActiveFaults<TcpFault>;
};

type HttpName = Exclude<ProxyName, 'rpc'>;

/** Options of the networks. */
export interface NetworkOptions {
  readonly seed: number;
  /** Ports of the servers behind the proxies. */
  readonly ports: Readonly<Record<HttpName, number>>;
  /** gRPC port of the first scoring process. */
  readonly scoringPort: number;
  readonly sqsObservers: readonly HttpObserver[];
  readonly onHit: (fault: ProxyFault) => void;
}

/** Proxies that listen. */
export interface Networks {
  readonly ports: ProxyPorts;
  readonly faults: Faults;
  /** Routes calls to the second scoring process. */
  setSecondScoring(port: number): void;
  /** Resolves when no late request is on its way any more. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const DIALECTS: Readonly<Record<HttpName, HttpDialect>> = {
  sqs: SQS,
  dynamodb: DYNAMODB,
  sns: SNS,
  provider: PROVIDER,
};

/** Starts a proxy in front of each server. */
export async function startNetworks(options: NetworkOptions): Promise<Networks> {
  const { ports, scoringPort, sqsObservers } = options;
  const faults = createFaults(options);
  const startHttp = (name: HttpName) =>
    startHttpProxy({
      targetPort: ports[name],
      dialect: DIALECTS[name],
      faults: faults[name],
      observers: name === 'sqs' ? sqsObservers : [],
    });
  const http: Record<HttpName, HttpProxy> = {
    sqs: await startHttp('sqs'),
    dynamodb: await startHttp('dynamodb'),
    sns: await startHttp('sns'),
    provider: await startHttp('provider'),
  };
  const first = await startTcpProxy({ targetPort: scoringPort, faults: faults.rpc });
  const second = await startTcpProxy({ host: '127.0.0.2', port: first.port, faults: faults.rpc });
  const all = Object.values(http);
  return {
    ports: {
      sqs: http.sqs.port,
      dynamodb: http.dynamodb.port,
      sns: http.sns.port,
      provider: http.provider.port,
      rpc: first.port,
    },
    faults,
    setSecondScoring: (port) => {
      second.targetPort = port;
    },
    settled: async () => {
      await Promise.all(all.map((proxy) => proxy.settled()));
    },
    stop: async () => {
      await Promise.all([...all, first, second].map((proxy) => proxy.stop()));
    },
  };
}

function createFaults({ seed, onHit }: NetworkOptions): Faults {
  const create = <F extends HttpFault | TcpFault>(name: ProxyName) =>
    new ActiveFaults<F>(createRandom(seed, name), (fault) => onHit(`${name}:${fault}` as ProxyFault));
  return {
    sqs: create('sqs'),
    dynamodb: create('dynamodb'),
    sns: create('sns'),
    provider: create('provider'),
    rpc: create('rpc'),
  };
}
