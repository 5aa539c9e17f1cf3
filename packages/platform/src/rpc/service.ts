/** A service together with what implements it. */
import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { createServiceImplSpec, type ServiceImpl } from '@connectrpc/connect';

/** A service to serve. Made by `rpcService`, which checks that the two belong together. */
export interface RpcService {
  readonly service: DescService;
  readonly implementation: ServiceImpl<DescService>;
}

/** Pairs a service with its implementation. */
export function rpcService<S extends DescService>(service: S, implementation: ServiceImpl<S>): RpcService {
  return { service, implementation: implementation as ServiceImpl<DescService> };
}

/** The methods of a service, bound and ready to be called by kind. */
export function methodsOf({ service, implementation }: RpcService) {
  return Object.values(createServiceImplSpec(service, implementation).methods);
}

/** `package.Service/Method`, the value of the `method` label. */
export function methodName(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}

/** The HTTP/2 path of a method. */
export function grpcPath(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}
