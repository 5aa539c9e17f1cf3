/**
 * Connect services and clients over `@grpc/grpc-js`.
 *
 * @module
 */
export { addConnectService, type ConnectServiceOptions } from './adapter.js';
export { methodPath } from './codec.js';
export { withInterceptors } from './interceptors.js';
export { type HeaderPairs, toHeaders, toMetadata } from './metadata.js';
export { toConnectError, toStatus } from './status.js';
export { createGrpcTransport, type GrpcTransportOptions } from './transport.js';
