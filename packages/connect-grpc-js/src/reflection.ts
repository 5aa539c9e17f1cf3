/**
 * Server reflection, v1 and v1alpha: tools such as `buf curl` and `grpcurl` need no schema.
 *
 * @module
 */
import { type DescFile, type DescService, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { ServerReflection } from './gen/grpc/reflection/v1/reflection_pb.js';
import { ServerReflection as ServerReflectionV1Alpha } from './gen/grpc/reflection/v1alpha/reflection_pb.js';
import { Health } from './gen/health/v1/health_pb.js';

/**
 * Adds reflection of the services, of health and of reflection itself to the server.
 *
 * @example
 * ```ts
 * addReflectionService(server, [GreetService]);
 * ```
 */
export function addReflectionService(server: Server, services: readonly DescService[]): void {
  const reflected = [...services, Health, ServerReflection, ServerReflectionV1Alpha];
  // The package reads nothing but the descriptors, from entries of any kind.
  const entries = reflected.map(({ typeName, file }) => [typeName, { fileDescriptorProtos: filesOf(file) }]);
  const definition = Object.fromEntries(entries) as ConstructorParameters<typeof ReflectionService>[0];
  // A file may describe services that are not served: only these are listed.
  const listed = reflected.map(({ typeName }) => typeName);
  new ReflectionService(definition, { services: listed }).addToServer(server);
}

/** The file and everything that it imports, encoded. */
function filesOf(file: DescFile): Uint8Array[] {
  const files = new Set<DescFile>();
  const visit = (each: DescFile) => {
    if (files.has(each)) return;
    files.add(each);
    each.dependencies.forEach(visit);
  };
  visit(file);
  return [...files].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
}
