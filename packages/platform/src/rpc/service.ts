/** A service together with what implements it. */
import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { createServiceImplSpec, type MethodImplSpec, type ServiceImpl } from '@connectrpc/connect';

/** A service to serve. Made by `rpcService`, which checks that the two belong together. */
export interface RpcService {
  readonly service: DescService;
  readonly implementation: ServiceImpl<DescService>;
  /** Status of what this service alone depends on. Without it the service serves when its process is ready. */
  readonly status?: ServiceStatus | undefined;
}

/** Status that a service reports besides the readiness of its process. */
export interface ServiceStatus {
  readonly isServing: boolean;
  /** Calls the listener whenever `isServing` changes. */
  onChange(listener: () => void): void;
}

/** Pairs a service with its implementation. */
export function rpcService<S extends DescService>(
  service: S,
  implementation: ServiceImpl<S>,
  status?: ServiceStatus,
): RpcService {
  return { service, implementation: implementation as ServiceImpl<DescService>, status };
}

/** A method that is answered by a message or by a stream of messages. */
export type ServedMethod = Extract<MethodImplSpec, { readonly kind: 'unary' | 'server_streaming' }>;

/** The methods of a service, bound and ready to be called. Throws for a method that takes a stream. */
export function methodsOf({ service, implementation }: RpcService): ServedMethod[] {
  return Object.values(createServiceImplSpec(service, implementation).methods).map((spec) => {
    if (spec.kind === 'unary' || spec.kind === 'server_streaming') return spec;
    throw new Error(`${methodName(spec.method)} streams requests, which is not served here`);
  });
}

/** `package.Service/Method`, the value of the `method` label. */
export function methodName(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}
