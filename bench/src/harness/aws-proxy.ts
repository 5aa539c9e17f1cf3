/** The counting proxy as a process of its own, so that it takes no time from the load generator. */
import { type AwsProxyOptions, startAwsProxy } from './aws-proxy-server.js';

/** Request of the parent process. */
export type ProxyRequest = 'proxy:port' | 'proxy:take' | 'proxy:record' | 'proxy:recorded';

const proxy = await startAwsProxy(JSON.parse(process.argv[2] ?? '{}') as AwsProxyOptions);

const ANSWERS: Readonly<Record<ProxyRequest, () => unknown>> = {
  'proxy:port': () => proxy.port,
  'proxy:take': () => proxy.take(),
  'proxy:record': () => proxy.record(true),
  'proxy:recorded': () => proxy.record(false),
};

process.on('message', (message: ProxyRequest) => {
  if (message in ANSWERS) process.send?.({ [message]: ANSWERS[message]() });
});
process.once('SIGTERM', () => process.exit(0));
